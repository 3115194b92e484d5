/// What a manifest says of another piece of content.
///
/// Follows "Content Descriptors" of the OCI image specification; fields that Roost has no use for are ignored, the
/// manifest's bytes keep them.
package struct Descriptor: Sendable, Hashable {
    /// The content's type.
    package let mediaType: MediaType
    /// The content's digest.
    package let digest: Digest
    /// The content's size in bytes.
    package let size: Int
    /// The type of artifact, where there is one.
    package let artifactType: String?
    /// The platform, in an index.
    package let platform: Platform?
    /// Free annotations.
    package let annotations: [String: String]?

    /// A descriptor of these parts.
    package init(
        mediaType: MediaType, digest: Digest, size: Int, artifactType: String? = nil, platform: Platform? = nil,
        annotations: [String: String]? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.artifactType = artifactType
        self.platform = platform
        self.annotations = annotations
    }
}
