import Foundation

@testable import BlobStore

/// A folder of a test's own, gone with its last holder.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/roost-blobs-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// How many descriptors of this process are open on files of the folder, removed ones included.
    func openDescriptors() throws -> Int {
        try Folder.names(in: "/proc/self/fd").count { name in
            var target = [CChar](repeating: 0, count: 4096)
            let length = readlink("/proc/self/fd/\(name)", &target, target.count - 1)
            guard length > 0 else { return false }
            return String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self).hasPrefix(path)
        }
    }
}

/// Access to files past the store's back.
enum RawFile {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func bytes(of path: String) throws -> [UInt8] {
        let file = try open(path, O_RDONLY)
        return try BlobReader(file: file, size: try file.size()).read(at: 0, count: try file.size())
    }

    static func write(_ bytes: [UInt8], to path: String, at offset: Int = 0) throws {
        let file = try open(path, O_WRONLY | O_CREAT)
        try bytes.withUnsafeBytes { try file.write($0, at: offset) }
    }

    static func truncate(_ path: String, to size: Int) throws { try open(path, O_WRONLY).truncate(to: size) }

    static func permissions(of path: String) throws -> mode_t {
        var status = stat()
        guard stat(path, &status) == 0 else { throw StorageError.current("look at \(path)") }
        return status.st_mode & 0o7777
    }

    /// Pretends that a file was last written to `seconds` ago.
    static func age(_ path: String, by seconds: Int) {
        let then = timespec(tv_sec: time(nil) - seconds, tv_nsec: 0)
        _ = utimensat(AT_FDCWD, path, [then, then], 0)
    }

    private static func open(_ path: String, _ flags: Int32) throws -> OpenFile {
        guard let file = try OpenFile.open(path, flags: flags, mode: 0o644) else {
            throw StorageError(.fileSystem, "there is no \(path)")
        }
        return file
    }
}
