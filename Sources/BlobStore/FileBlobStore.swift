import Glibc
package import OCI
import Synchronization

/// A store of blobs in a file system. See ``StoreLayout`` for where things lie.
package final class FileBlobStore: BlobStorage {
    package let executor: IOExecutor
    let layout: StoreLayout
    /// Partial blobs in use, which no clearing may take away. An entry goes when its blob does.
    let open: Mutex<[String: WeakPartial]>
    private let lock: OpenFile

    struct WeakPartial {
        weak var partial: PartialBlob?
    }

    /// Opens the store at `layout`, creating what is missing, and takes its lock.
    ///
    /// Blobs that a crash of the machine left under suspicion are hashed and dropped when wrong; that is the only work
    /// that grows, and only with what was downloaded just before the crash.
    ///
    /// - Throws: ``StorageError``; of kind `inUse` when another process has the store open.
    package init(_ layout: StoreLayout, executor: IOExecutor) throws {
        self.layout = layout
        self.executor = executor
        try Self.createRoot(layout.root)
        for folder in layout.folders { _ = try Folder.create(folder) }
        guard let lock = try OpenFile.open(layout.lock, flags: O_RDWR | O_CREAT, mode: 0o644) else {
            throw StorageError(.fileSystem, "cannot open \(layout.lock)")
        }
        guard flock(lock.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw StorageError(.inUse, "the store \(layout.root) is in use by another process")
        }
        self.lock = lock
        self.open = Mutex([:])
        try recover()
    }

    package func open(_ digest: Digest) async throws -> BlobReader? {
        guard let file = try OpenFile.open(layout.blob(digest)) else { return nil }
        return BlobReader(file: file, size: try file.size())
    }

    package func begin(_ id: String) async throws -> PartialBlob {
        try await executor.run { () throws(StorageError) in
            guard
                let file = try OpenFile.open(self.layout.partial(id), flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
            else { throw StorageError(.fileSystem, "cannot create a partial file") }
            return self.register(PartialBlob(id: id, file: file, size: 0))
        }
    }

    package func resume(_ id: String) async throws -> PartialBlob? {
        try await executor.run { () throws(StorageError) -> PartialBlob? in
            if let partial = self.open.withLock({ $0[id]?.partial }) { return partial }
            guard let file = try OpenFile.open(self.layout.partial(id), flags: O_RDWR) else { return nil }
            return self.register(PartialBlob(id: id, file: file, size: try file.size()))
        }
    }

    package func commit(_ partial: PartialBlob, as digest: Digest, durability: Durability) async throws {
        try await executor.run { () throws(StorageError) in
            let actual = try partial.digest(digest.algorithm)
            guard actual == digest else {
                throw StorageError(.digestMismatch, "the bytes have the digest \(actual), not \(digest)")
            }
            try self.place(partial, as: digest, durability: durability)
            partial.end(.success(()))
            self.forget(partial.id)
        }
    }

    package func discard(_ partial: PartialBlob, because error: StorageError) async {
        await executor.run { () in
            partial.end(.failure(error))
            _ = unlink(self.layout.partial(partial.id))
            self.forget(partial.id)
        }
    }

    private func place(_ partial: PartialBlob, as digest: Digest, durability: Durability) throws(StorageError) {
        let immediate = durability == .immediate
        let path = layout.blob(digest)
        if immediate { try partial.file.sync() }
        _ = fchmod(partial.file.descriptor, 0o444)
        for folder in layout.folders(of: digest) where try Folder.create(folder) && immediate {
            try Folder.sync(Folder.parent(of: folder))
        }
        if !immediate { _ = try OpenFile.open(layout.marker(digest), flags: O_WRONLY | O_CREAT, mode: 0o600) }
        guard rename(layout.partial(partial.id), path) == 0 else { throw .current("move a blob to \(path)") }
        if immediate {
            for folder in layout.folders(of: digest) { try Folder.sync(folder) }
            _ = unlink(layout.marker(digest))
        }
    }

    private func register(_ partial: PartialBlob) -> PartialBlob {
        open.withLock { open in
            if let present = open[partial.id]?.partial { return present }
            open[partial.id] = WeakPartial(partial: partial)
            return partial
        }
    }

    private func forget(_ id: String) {
        open.withLock { $0[id] = nil }
    }

    /// Creates the store's folder and those above it.
    private static func createRoot(_ path: String) throws(StorageError) {
        var status = stat()
        guard stat(path, &status) != 0 else { return }
        let parent = Folder.parent(of: path)
        if parent != path && parent != "." { try createRoot(parent) }
        _ = try Folder.create(path)
    }
}
