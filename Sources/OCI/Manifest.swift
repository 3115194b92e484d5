/// A manifest: its bytes, verbatim, and what Roost reads from them.
///
/// OCI image manifests and indexes, and Docker's schema 2 manifests and lists. Unknown fields are ignored; the digest
/// is of the bytes as they came.
package struct Manifest: Sendable, Hashable {
    /// The largest manifest taken, as the distribution specification recommends.
    package static let maximumSize = 4 << 20
    /// The most descriptors that one manifest may list.
    package static let maximumReferences = 20_000

    /// The bytes as they came.
    package let bytes: [UInt8]
    /// The digest of the bytes.
    package let digest: Digest
    /// The manifest's type.
    package let mediaType: MediaType
    /// An image's configuration.
    package let config: Descriptor?
    /// An image's layers.
    package let layers: [Descriptor]
    /// An index's manifests.
    package let manifests: [Descriptor]
    /// What this manifest refers to, found again by the referrers API.
    package let subject: Descriptor?
    /// The type of artifact: the field of that name, or the configuration's type, as the referrers API wants it.
    package let artifactType: String?
    /// Free annotations.
    package let annotations: [String: String]

    /// The blobs a registry must hold for this manifest to be whole: the configuration and the layers.
    ///
    /// Layers with `urls` are found elsewhere ("foreign layers") and left out.
    package let blobs: [Descriptor]

    /// Reads a manifest.
    ///
    /// - Parameters:
    ///   - bytes: at most ``maximumSize`` of JSON.
    ///   - contentType: the type it was sent with; the `mediaType` field must agree where both are there.
    ///   - algorithm: the algorithm of ``digest``.
    /// - Throws: ``RegistryError`` with code `MANIFEST_INVALID`, or `SIZE_INVALID` when it is too large.
    package init(bytes: [UInt8], contentType: MediaType?, algorithm: Digest.Algorithm = .sha256) throws(RegistryError) {
        guard bytes.count <= Self.maximumSize else {
            throw RegistryError(
                .sizeInvalid, "a manifest has at most \(Self.maximumSize) bytes; this one has \(bytes.count)")
        }
        let document = try ManifestDocument(parsing: bytes)
        self.mediaType = try document.resolvedMediaType(contentType: contentType)
        let layers = try (document.layers ?? []).map { (layer) throws(RegistryError) in try layer.descriptor() }
        self.config = try document.config?.descriptor()
        self.layers = layers
        self.manifests = try (document.manifests ?? []).map { (entry) throws(RegistryError) in try entry.descriptor() }
        self.subject = try document.subject?.descriptor()
        guard layers.count + manifests.count <= Self.maximumReferences else {
            throw .manifestInvalid("a manifest lists at most \(Self.maximumReferences) descriptors")
        }
        if mediaType.isImage && config == nil { throw .manifestInvalid("an image manifest needs a config") }
        if mediaType.isIndex && document.manifests == nil { throw .manifestInvalid("an index needs manifests") }
        // One that is an image to some clients and an index to others could show each of them different content.
        if mediaType.isImage && document.manifests != nil {
            throw .manifestInvalid("an image manifest has no manifests")
        }
        if mediaType.isIndex && (config != nil || document.layers != nil) {
            throw .manifestInvalid("an index has no config and no layers")
        }
        let present = zip(layers, document.layers ?? []).filter { $0.1.urls?.isEmpty ?? true }.map(\.0)
        self.blobs = (config.map { [$0] } ?? []) + present
        self.artifactType = document.artifactType.flatMap { $0.isEmpty ? nil : $0 } ?? config?.mediaType.description
        self.annotations = document.annotations ?? [:]
        self.bytes = bytes
        self.digest = Digest(of: bytes, algorithm: algorithm)
    }
}
