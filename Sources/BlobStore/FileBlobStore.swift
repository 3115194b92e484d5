import Glibc
package import OCI
import Synchronization

/// A store of blobs in a file system. See ``StoreLayout`` for where things lie.
///
/// It counts on a file system that keeps the order of changes to names (ext4, XFS, Btrfs and ZFS do): what was renamed
/// before a marker was removed is renamed after a crash too.
package final class FileBlobStore: BlobStorage {
    package let executor: IOExecutor
    let layout: StoreLayout
    /// Partial blobs in use, which no clearing may take away. The lock is held while a partial file comes or goes and while
    /// a blob's marker does, so that each name has one owner at any time; what it guards are quick calls, never a flush.
    let open: Mutex<[String: WeakPartial]>
    /// Which pairs of fan-out folders are known to survive a crash of the machine.
    let durableFolders = Mutex<Set<String>>([])
    private let lock: OpenFile

    struct WeakPartial {
        weak var partial: PartialBlob?
    }

    /// Opens the store at `layout`, creating what is missing, and takes its lock. Blocks for the disk.
    ///
    /// Blobs that a crash of the machine left under suspicion are hashed and dropped when wrong; that is the only work
    /// that grows, and only with what was downloaded just before the crash.
    ///
    /// - Throws: ``StorageError``; of kind `inUse` when another process has the store open.
    package init(_ layout: StoreLayout, executor: IOExecutor) throws {
        self.layout = layout
        self.executor = executor
        try Folder.createWithParents(layout.root)
        for folder in layout.folders { _ = try Folder.create(folder) }
        for folder in [layout.root, layout.blobs] { try Folder.sync(folder) }
        self.lock = try Self.takeLock(of: layout)
        self.open = Mutex([:])
        try recover()
    }

    /// Looks the blob up where the caller runs: two calls that rarely wait for the disk, on the path of every download.
    package func open(_ digest: Digest) async throws -> BlobReader? {
        guard let file = try OpenFile.open(layout.blob(digest)) else { return nil }
        return BlobReader(file: file, size: try file.size())
    }

    package func begin(_ id: String) async throws -> PartialBlob {
        try StoreLayout.requireName(id)
        return try await executor.run { () throws(StorageError) in
            try self.open.withLock { (open) throws(StorageError) in
                let path = self.layout.partial(id)
                guard let file = try OpenFile.open(path, flags: O_RDWR | O_CREAT | O_EXCL) else {
                    throw StorageError(.inUse, "there is a partial blob \(id)")
                }
                let partial = PartialBlob(id: id, file: file, size: 0)
                open[id] = WeakPartial(partial: partial)
                return partial
            }
        }
    }

    package func resume(_ id: String) async throws -> PartialBlob? {
        guard StoreLayout.isName(id) else { return nil }
        return try await executor.run { () throws(StorageError) -> PartialBlob? in
            try self.open.withLock { (open) throws(StorageError) -> PartialBlob? in
                if let partial = open[id]?.partial { return partial }
                guard let file = try OpenFile.open(self.layout.partial(id), flags: O_RDWR) else { return nil }
                let partial = PartialBlob(id: id, file: file, size: try file.size())
                open[id] = WeakPartial(partial: partial)
                return partial
            }
        }
    }

    package func commit(_ partial: PartialBlob, as digest: Digest, durability: Durability) async throws {
        try await executor.run { () throws(StorageError) in
            try partial.seal(as: digest)
            switch durability {
            case .immediate: try self.placeDurably(partial, as: digest)
            case .deferred: try self.placeUnderSuspicion(partial, as: digest)
            }
        }
    }

    package func discard(_ partial: PartialBlob, because error: StorageError) async {
        await executor.run { () in
            partial.end(.failure(error))
            self.withdraw(partial)
        }
    }

    /// Removes the partial file, unless its name has passed on.
    func withdraw(_ partial: PartialBlob) {
        open.withLock { open in
            guard open[partial.id]?.partial === partial else { return }
            _ = unlink(layout.partial(partial.id))
            open[partial.id] = nil
        }
    }

    private static func takeLock(of layout: StoreLayout) throws(StorageError) -> OpenFile {
        guard let lock = try OpenFile.open(layout.lock, flags: O_RDWR | O_CREAT, mode: 0o644) else {
            throw StorageError(.fileSystem, "cannot open \(layout.lock)")
        }
        if flock(lock.descriptor, LOCK_EX | LOCK_NB) == 0 { return lock }
        guard errno == EWOULDBLOCK else { throw .current("lock the file \(layout.lock)") }
        throw StorageError(.inUse, "the store \(layout.root) is in use by another process")
    }
}
