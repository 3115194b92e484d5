package import OCI

/// An upload session that survives a restart. How far it got is the size of its partial file.
package struct UploadRecord: Sendable, Hashable {
    /// The session's identifier, a UUID in lowercase; also the name of its partial file.
    package let id: String
    /// The repository that the blob is for.
    package let repository: Repository
    /// When it was begun.
    package let startedAt: Timestamp

    /// A record of these parts.
    package init(id: String, repository: Repository, startedAt: Timestamp) {
        self.id = id
        self.repository = repository
        self.startedAt = startedAt
    }
}
