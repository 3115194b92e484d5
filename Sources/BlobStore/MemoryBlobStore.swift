import CPageCache
package import OCI
import Synchronization

/// A store of blobs in anonymous memory, for tests and as the contract's second implementation.
package final class MemoryBlobStore: BlobStorage {
    package let executor: IOExecutor

    private struct State {
        var blobs: [Digest: (file: OpenFile, size: Int)] = [:]
        var partials: [String: PartialBlob] = [:]
    }

    private let state = Mutex(State())

    /// An empty store.
    package init(executor: IOExecutor) { self.executor = executor }

    package func open(_ digest: Digest) async throws -> BlobReader? {
        state.withLock { $0.blobs[digest] }.map { BlobReader(file: $0.file, size: $0.size) }
    }

    package func begin(_ id: String) async throws -> PartialBlob {
        try StoreLayout.requireName(id)
        let descriptor = roost_memory_file()
        guard descriptor >= 0 else { throw StorageError.current("create a file in memory") }
        let partial = PartialBlob(id: id, file: OpenFile(owning: descriptor), size: 0)
        try state.withLock { state throws(StorageError) in
            guard state.partials[id] == nil else { throw StorageError(.inUse, "there is a partial blob \(id)") }
            state.partials[id] = partial
        }
        return partial
    }

    package func resume(_ id: String) async throws -> PartialBlob? {
        state.withLock { $0.partials[id] }
    }

    package func commit(_ partial: PartialBlob, as digest: Digest, durability: Durability) async throws {
        try await executor.run { () throws(StorageError) in try partial.seal(as: digest) }
        state.withLock { state in
            state.blobs[digest] = (partial.file, partial.size)
            state.partials[partial.id] = nil
        }
        partial.end(.success(()))
    }

    package func discard(_ partial: PartialBlob, because error: StorageError) async {
        state.withLock { state in
            if state.partials[partial.id] === partial { state.partials[partial.id] = nil }
        }
        partial.end(.failure(error))
    }

    package func remove(_ digest: Digest) async throws -> Bool {
        state.withLock { $0.blobs.removeValue(forKey: digest) } != nil
    }

    package func digests() async throws -> [Digest] {
        state.withLock { Array($0.blobs.keys) }
    }

    package func discardPartials(keeping kept: Set<String>, olderThan age: Duration) async throws {}

    package func syncDeferred() async throws {}
}
