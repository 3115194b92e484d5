import Glibc
package import OCI
import Synchronization

extension FileBlobStore {
    package func remove(_ digest: Digest) async throws -> Bool {
        try await executor.run { () throws(StorageError) in
            if unlink(self.layout.blob(digest)) == 0 { return true }
            if errno == ENOENT { return false }
            throw .current("remove the blob \(digest)")
        }
    }

    package func digests() async throws -> [Digest] {
        try await executor.run { () throws(StorageError) in
            var digests: [Digest] = []
            for algorithm in Digest.Algorithm.allCases {
                let top = "\(self.layout.blobs)/\(algorithm.rawValue)"
                for outer in try Folder.names(in: top) where outer.utf8.count == 2 {
                    for inner in try Folder.names(in: "\(top)/\(outer)") where inner.utf8.count == 2 {
                        for name in try Folder.names(in: "\(top)/\(outer)/\(inner)") where name.hasPrefix(outer + inner)
                        {
                            if let digest = try? Digest("\(algorithm.rawValue):\(name)") { digests.append(digest) }
                        }
                    }
                }
            }
            return digests
        }
    }

    package func discardPartials(keeping kept: Set<String>, olderThan age: Duration) async throws {
        try await executor.run { () throws(StorageError) in
            let limit = time(nil) - time_t(age.components.seconds)
            for name in try Folder.names(in: self.layout.partials) where !kept.contains(name) {
                self.open.withLock { open in
                    var status = stat()
                    guard open[name]?.partial == nil, stat(self.layout.partial(name), &status) == 0,
                        status.st_mtim.tv_sec <= limit
                    else { return }
                    _ = unlink(self.layout.partial(name))
                }
            }
            self.open.withLock { open in open = open.filter { $0.value.partial != nil } }
        }
    }

    package func syncDeferred() async throws {
        try await executor.run { () throws(StorageError) in
            for digest in try self.suspects() { try self.sync(digest) }
        }
    }

    /// Settles what the last process left: after a crash of the machine, hashes what may not have reached the disk.
    func recover() throws {
        let current = Self.bootIdentifier()
        if !current.isEmpty, try Self.contents(of: layout.boot) == current { return }
        for digest in try suspects() {
            guard let file = try OpenFile.open(layout.blob(digest)) else { continue }
            // Bytes that cannot be read are as good as wrong ones: they can be fetched again.
            let actual = try? file.hash(digest.algorithm, size: try file.size()).finalize()
            if actual != digest { try drop(digest) }
        }
        guard let file = try OpenFile.open(layout.boot, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644) else {
            return
        }
        try Array(current.utf8).withUnsafeBytes { try file.write($0, at: 0) }
        try file.sync()
    }

    private func suspects() throws(StorageError) -> [Digest] {
        try Folder.names(in: layout.unsynced).compactMap { layout.digest(ofMarker: $0) }
    }

    private func sync(_ digest: Digest) throws(StorageError) {
        let file = try OpenFile.open(layout.blob(digest))
        var failure: StorageError?
        do throws(StorageError) {
            try file?.sync()
        } catch {
            failure = error
        }
        if file != nil && failure == nil { try makeNameDurable(of: digest) }
        try open.withLock { (_) throws(StorageError) in
            // The blob may have been removed and downloaded again meanwhile: the marker is for that file then.
            guard try OpenFile.open(layout.blob(digest))?.identity() == file?.identity() else { return }
            // The kernel has forgotten which bytes failed: a second flush would succeed without them.
            if failure != nil { try drop(digest) }
            _ = unlink(layout.marker(digest))
        }
        if let failure { throw failure }
    }

    private func drop(_ digest: Digest) throws(StorageError) {
        guard unlink(layout.blob(digest)) == 0 || errno == ENOENT else { throw .current("drop the blob \(digest)") }
    }

    /// What the kernel calls this run of the machine; empty where it does not say, which makes every start suspicious.
    private static func bootIdentifier() -> String {
        (try? contents(of: "/proc/sys/kernel/random/boot_id")) ?? ""
    }

    private static func contents(of path: String) throws(StorageError) -> String? {
        guard let file = try OpenFile.open(path) else { return nil }
        let bytes = try BlobReader(file: file, size: 64).read(at: 0, count: 64)
        return String(decoding: bytes, as: UTF8.self)
    }
}
