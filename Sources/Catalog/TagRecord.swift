package import OCI

/// What a tag points at.
package struct TagRecord: Sendable, Hashable {
    /// The manifest it points at.
    package let digest: Digest
    /// When the upstream last said so; for what was pushed here, when it was pushed.
    package let checkedAt: Timestamp

    /// A record of these parts.
    package init(digest: Digest, checkedAt: Timestamp) {
        self.digest = digest
        self.checkedAt = checkedAt
    }
}
