package import OCI

/// What a manifest references, and how.
package struct ContentReference: Sendable, Hashable {
    /// The part that the referenced content plays.
    package enum Kind: Int, Sendable, Hashable, CaseIterable {
        /// An image's configuration.
        case config = 0
        /// An image's layer.
        case layer = 1
        /// A manifest listed by an index.
        case manifest = 2
    }

    /// The part that the content plays.
    package let kind: Kind
    /// The content's digest.
    package let digest: Digest
    /// Its size in bytes, as the manifest states it.
    package let size: Int

    /// A reference of these parts.
    package init(kind: Kind, digest: Digest, size: Int) {
        self.kind = kind
        self.digest = digest
        self.size = size
    }

    /// Everything that `manifest` references but its subject.
    package static func all(of manifest: Manifest) -> [ContentReference] {
        manifest.blobs.map { blob in
            ContentReference(
                kind: blob.digest == manifest.config?.digest ? .config : .layer, digest: blob.digest, size: blob.size)
        } + manifest.manifests.map { ContentReference(kind: .manifest, digest: $0.digest, size: $0.size) }
    }
}
