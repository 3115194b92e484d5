package import Catalog
package import OCI
import Upstream

/// The answer to a request for a manifest of an upstream.
package struct CachedManifest: Sendable {
    /// The manifest's digest.
    package let digest: Digest
    /// Its type.
    package let mediaType: MediaType
    /// Its size in bytes.
    package let size: Int
    /// The bytes; nil when only the head was asked for and the manifest is not held.
    package let bytes: [UInt8]?
    /// How it was answered.
    package let outcome: Outcome
    /// Until when the same request will get the same answer unasked; nil for ever, which is so by digest.
    package let freshUntil: Timestamp?

    /// An answer of these parts.
    package init(
        digest: Digest, mediaType: MediaType, size: Int, bytes: [UInt8]?, outcome: Outcome, freshUntil: Timestamp?
    ) {
        self.digest = digest
        self.mediaType = mediaType
        self.size = size
        self.bytes = bytes
        self.outcome = outcome
        self.freshUntil = freshUntil
    }
}

extension CachedManifest {
    /// The upstream's head as an answer; nil when it does not say all that an answer needs.
    init?(_ head: ManifestHead, until: Timestamp) {
        guard let digest = head.digest, let mediaType = head.mediaType, let size = head.size else { return nil }
        self.init(digest: digest, mediaType: mediaType, size: size, bytes: nil, outcome: .miss, freshUntil: until)
    }
}
