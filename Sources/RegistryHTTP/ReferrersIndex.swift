import OCI

/// The document that the referrers API answers with: an image index, by the distribution specification.
struct ReferrersIndex: Encodable {
    struct Entry: Encodable {
        let mediaType: String
        let digest: String
        let size: Int
        let artifactType: String?
        let annotations: [String: String]?
    }

    let schemaVersion = 2
    let mediaType = MediaType.ociIndex.description
    let manifests: [Entry]

    init(_ descriptors: [Descriptor]) {
        manifests = descriptors.map { descriptor in
            Entry(
                mediaType: descriptor.mediaType.description, digest: descriptor.digest.description,
                size: descriptor.size, artifactType: descriptor.artifactType,
                annotations: descriptor.annotations.flatMap { $0.isEmpty ? nil : $0 })
        }
    }
}
