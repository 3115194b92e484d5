package import BlobStore

/// The answer to a request for a blob of an upstream.
package struct CachedBlob: Sendable {
    /// The bytes, whole or still growing; nil when only the head was asked for and the blob is not held.
    package let reader: BlobReader?
    /// The blob's size in bytes.
    package let size: Int
    /// How it was answered.
    package let outcome: Outcome

    /// An answer of these parts.
    package init(reader: BlobReader?, size: Int, outcome: Outcome) {
        self.reader = reader
        self.size = size
        self.outcome = outcome
    }
}
