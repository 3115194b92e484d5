package import OCI

/// What the catalog keeps of a manifest; the bytes are in the blob store, under the same digest.
package struct ManifestRecord: Sendable, Hashable {
    /// The digest of the manifest's bytes.
    package let digest: Digest
    /// The type it was pushed or fetched with.
    package let mediaType: MediaType
    /// Its size in bytes.
    package let size: Int
    /// The manifest it refers to, if any.
    package let subject: Digest?
    /// The type of artifact, as the referrers API reports it.
    package let artifactType: String?
    /// Its annotations, as the referrers API reports them.
    package let annotations: [String: String]

    /// A record of these parts.
    package init(
        digest: Digest, mediaType: MediaType, size: Int, subject: Digest? = nil, artifactType: String? = nil,
        annotations: [String: String] = [:]
    ) {
        self.digest = digest
        self.mediaType = mediaType
        self.size = size
        self.subject = subject
        self.artifactType = artifactType
        self.annotations = annotations
    }

    /// What is to be kept of `manifest`.
    package init(_ manifest: Manifest) {
        self.init(
            digest: manifest.digest, mediaType: manifest.mediaType, size: manifest.bytes.count,
            subject: manifest.subject?.digest, artifactType: manifest.artifactType, annotations: manifest.annotations)
    }
}
