package import OCI

/// What the stored bytes mean: the edge behind which a database sits.
///
/// Each part is a small protocol. Every write is one transaction; when a method that writes returns, the change survives
/// a crash of the process and of the machine. All methods throw ``CatalogError`` when the database cannot answer.
package typealias CatalogStorage = RepositoryRecords & ManifestRecords & TagRecords & BlobRecords & UploadRecords
    & UseRecords

/// The repositories.
package protocol RepositoryRecords: Sendable {
    /// Names of repositories of `origin` that hold at least one manifest, in byte order, after `last`, at most `limit`.
    func repositories(of origin: Origin, after last: RepositoryName?, limit: Int) async throws -> [RepositoryName]

    /// The names that were pushed here: local repositories that have ever held a manifest.
    func ownedNames() async throws -> [RepositoryName]

    /// Local repositories that never held a manifest, with when they came to be: when the first of their present blobs
    /// and uploads came, or, for an empty one that an upload left behind, when the last to claim it did.
    func claimedNames() async throws -> [(name: RepositoryName, since: Timestamp)]

    /// Creates the repository if it does not exist; `at` becomes its time of creation only then.
    func createRepository(_ repository: Repository, at: Timestamp) async throws

    /// Removes a local repository that never held a manifest, with its links to blobs and its uploads.
    ///
    /// - Returns: false, and changes nothing, when it holds or has ever held a manifest, or does not exist.
    func releaseClaim(_ name: RepositoryName) async throws -> Bool
}

/// The manifests of repositories.
package protocol ManifestRecords: Sendable {
    /// The manifest `digest` of `repository`, if it is there.
    func manifest(_ digest: Digest, in repository: Repository) async throws -> ManifestRecord?

    /// Stores a manifest and what it references, and points `tag` at it, in one transaction.
    ///
    /// Creates the repository where needed; a local one becomes owned. Storing a manifest that is there changes only the
    /// tag. `at` becomes the tag's time of check.
    func store(
        _ manifest: ManifestRecord, references: [ContentReference], tag: Tag?, in repository: Repository, at: Timestamp
    ) async throws

    /// Removes a manifest, its references, and all tags that point at it.
    ///
    /// - Returns: false when it was not there.
    func deleteManifest(_ digest: Digest, in repository: Repository) async throws -> Bool

    /// The manifests of `repository` whose subject is `digest`, in the order of their digests; with `artifactType`,
    /// only those of that type.
    func referrers(of digest: Digest, in repository: Repository, artifactType: String?) async throws -> [ManifestRecord]
}

/// The tags of repositories.
package protocol TagRecords: Sendable {
    /// What `tag` points at in `repository`.
    func tag(_ tag: Tag, in repository: Repository) async throws -> TagRecord?

    /// Tags of `repository` in byte order, after `last`, at most `limit`; nil when there is no such repository.
    func tags(in repository: Repository, after last: Tag?, limit: Int) async throws -> [Tag]?

    /// Notes that the upstream said at `at` that `tag` still points where it does. Does nothing when the tag is gone.
    func markChecked(_ tag: Tag, in repository: Repository, at: Timestamp) async throws

    /// Removes a tag.
    ///
    /// - Returns: false when it was not there.
    func deleteTag(_ tag: Tag, in repository: Repository) async throws -> Bool
}

/// Which repositories hold which blobs.
package protocol BlobRecords: Sendable {
    /// Notes that `repository` holds the blob of `size` bytes. Creates the repository and the blob's row where needed.
    func link(_ digest: Digest, size: Int, to repository: Repository, at: Timestamp) async throws

    /// The size of the blob when `repository` may serve it: it is linked to it, or a manifest of the repository
    /// references it and it is linked to another repository of the same **upstream**.
    func size(of digest: Digest, in repository: Repository) async throws -> Int?

    /// Whether any repository of `origin` holds this blob, or a manifest of this digest.
    func isHeld(_ digest: Digest, at origin: Origin) async throws -> Bool

    /// Which of `digests` are not linked to `repository` (blobs), nor manifests of it.
    func missing(_ digests: [Digest], in repository: Repository) async throws -> Set<Digest>

    /// Removes the link between a blob and a repository.
    ///
    /// - Returns: false when there was none.
    func unlink(_ digest: Digest, from repository: Repository) async throws -> Bool

    /// Forgets a blob whose bytes are gone, with all its links.
    func forgetBlob(_ digest: Digest) async throws
}

/// The upload sessions.
package protocol UploadRecords: Sendable {
    /// Notes a new session, creating its repository where needed.
    func beginUpload(_ upload: UploadRecord) async throws

    /// The session `id`, if it is there.
    func upload(_ id: String) async throws -> UploadRecord?

    /// All sessions.
    func uploads() async throws -> [UploadRecord]

    /// Removes a session.
    func endUpload(_ id: String) async throws
}

/// Times of use.
package protocol UseRecords: Sendable {
    /// Writes times of use in one transaction. A manifest's use counts for what it references. Unknown subjects are
    /// passed over; a time never goes backwards.
    func record(_ uses: [Use]) async throws

    /// When the blob was last used, nil when never or unknown.
    func lastUse(of digest: Digest) async throws -> Timestamp?
}
