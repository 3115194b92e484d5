package import Catalog
package import OCI

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
