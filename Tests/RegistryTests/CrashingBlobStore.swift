import BlobStore
import OCI

/// A blob store whose process dies at a given step.
struct CrashingBlobStore: BlobStorage {
    let base: any BlobStorage
    let crash: Crash

    var executor: IOExecutor { base.executor }

    func open(_ digest: Digest) async throws -> BlobReader? {
        try await crash.step { try await base.open(digest) }
    }

    func begin(_ id: String) async throws -> PartialBlob {
        try await crash.step { try await base.begin(id) }
    }

    func resume(_ id: String) async throws -> PartialBlob? {
        try await crash.step { try await base.resume(id) }
    }

    func commit(_ partial: PartialBlob, as digest: Digest, durability: Durability) async throws {
        try await crash.step { try await base.commit(partial, as: digest, durability: durability) }
    }

    func discard(_ partial: PartialBlob, because error: StorageError) async {
        try? await crash.step { await base.discard(partial, because: error) }
    }

    func remove(_ digest: Digest) async throws -> Bool {
        try await crash.step { try await base.remove(digest) }
    }

    func digests() async throws -> [Digest] {
        try await crash.step { try await base.digests() }
    }

    func discardPartials(keeping kept: Set<String>, olderThan age: Duration) async throws {
        try await crash.step { try await base.discardPartials(keeping: kept, olderThan: age) }
    }

    func syncDeferred() async throws {
        try await crash.step { try await base.syncDeferred() }
    }
}
