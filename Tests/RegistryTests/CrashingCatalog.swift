import Catalog
import OCI

/// A catalog whose process dies at a given step.
struct CrashingCatalog: CatalogStorage {
    let base: any CatalogStorage
    let crash: Crash

    func repositories(of origin: Origin, after last: RepositoryName?, limit: Int) async throws -> [RepositoryName] {
        try await crash.step { try await base.repositories(of: origin, after: last, limit: limit) }
    }

    func ownedNames() async throws -> [RepositoryName] {
        try await crash.step { try await base.ownedNames() }
    }

    func claimedNames() async throws -> [(name: RepositoryName, since: Timestamp)] {
        try await crash.step { try await base.claimedNames() }
    }

    func createRepository(_ repository: Repository, at: Timestamp) async throws {
        try await crash.step { try await base.createRepository(repository, at: at) }
    }

    func releaseClaim(_ name: RepositoryName) async throws -> Bool {
        try await crash.step { try await base.releaseClaim(name) }
    }

    func manifest(_ digest: Digest, in repository: Repository) async throws -> ManifestRecord? {
        try await crash.step { try await base.manifest(digest, in: repository) }
    }

    func store(
        _ manifest: ManifestRecord, references: [ContentReference], tag: Tag?, in repository: Repository, at: Timestamp
    ) async throws {
        try await crash.step {
            try await base.store(manifest, references: references, tag: tag, in: repository, at: at)
        }
    }

    func deleteManifest(_ digest: Digest, in repository: Repository) async throws -> Bool {
        try await crash.step { try await base.deleteManifest(digest, in: repository) }
    }

    func referrers(
        of digest: Digest, in repository: Repository, artifactType: String?
    ) async throws -> [ManifestRecord] {
        try await crash.step { try await base.referrers(of: digest, in: repository, artifactType: artifactType) }
    }

    func tag(_ tag: Tag, in repository: Repository) async throws -> TagRecord? {
        try await crash.step { try await base.tag(tag, in: repository) }
    }

    func tags(in repository: Repository, after last: Tag?, limit: Int) async throws -> [Tag]? {
        try await crash.step { try await base.tags(in: repository, after: last, limit: limit) }
    }

    func markChecked(_ tag: Tag, in repository: Repository, at: Timestamp) async throws {
        try await crash.step { try await base.markChecked(tag, in: repository, at: at) }
    }

    func deleteTag(_ tag: Tag, in repository: Repository) async throws -> Bool {
        try await crash.step { try await base.deleteTag(tag, in: repository) }
    }

    func link(_ digest: Digest, size: Int, to repository: Repository, at: Timestamp) async throws {
        try await crash.step { try await base.link(digest, size: size, to: repository, at: at) }
    }

    func size(of digest: Digest, in repository: Repository) async throws -> Int? {
        try await crash.step { try await base.size(of: digest, in: repository) }
    }

    func isHeld(_ digest: Digest, at origin: Origin) async throws -> Bool {
        try await crash.step { try await base.isHeld(digest, at: origin) }
    }

    func missing(_ digests: [Digest], in repository: Repository) async throws -> Set<Digest> {
        try await crash.step { try await base.missing(digests, in: repository) }
    }

    func unlink(_ digest: Digest, from repository: Repository) async throws -> Bool {
        try await crash.step { try await base.unlink(digest, from: repository) }
    }

    func forgetBlob(_ digest: Digest) async throws {
        try await crash.step { try await base.forgetBlob(digest) }
    }

    func beginUpload(_ upload: UploadRecord) async throws {
        try await crash.step { try await base.beginUpload(upload) }
    }

    func upload(_ id: String) async throws -> UploadRecord? {
        try await crash.step { try await base.upload(id) }
    }

    func uploads() async throws -> [UploadRecord] {
        try await crash.step { try await base.uploads() }
    }

    func endUpload(_ id: String) async throws {
        try await crash.step { try await base.endUpload(id) }
    }

    func record(_ uses: [Use]) async throws {
        try await crash.step { try await base.record(uses) }
    }

    func lastUse(of digest: Digest) async throws -> Timestamp? {
        try await crash.step { try await base.lastUse(of: digest) }
    }
}
