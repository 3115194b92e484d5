@testable import BlobStore

/// The implementations that keep the contract of ``BlobStorage``.
enum Implementation: CaseIterable, Sendable {
    case files, memory

    /// An empty store, and what must be held as long as it is used.
    func make() throws -> (store: any BlobStorage, holding: TemporaryFolder?) {
        switch self {
        case .memory: return (MemoryBlobStore(executor: IOExecutor()), nil)
        case .files:
            let folder = try TemporaryFolder()
            return (try FileBlobStore(StoreLayout(root: folder.path + "/store"), executor: IOExecutor()), folder)
        }
    }

    /// Runs `body` with an empty store.
    func withStore(_ body: (any BlobStorage) async throws -> Void) async throws {
        let (store, folder) = try make()
        try await body(store)
        withExtendedLifetime(folder) {}
    }
}
