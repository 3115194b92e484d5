import Glibc

/// What the store does with folders, each a system call that throws.
enum Folder {
    /// Creates a folder unless it is there; its parent must be.
    ///
    /// - Returns: whether it was created.
    static func create(_ path: String) throws(StorageError) -> Bool {
        if mkdir(path, 0o755) == 0 { return true }
        if errno == EEXIST { return false }
        throw .current("create the folder \(path)")
    }

    /// Creates a folder and those above it, all of which survive a crash of the machine then.
    static func createWithParents(_ path: String) throws(StorageError) {
        var status = stat()
        guard stat(path, &status) != 0 else { return }
        let parent = parent(of: path)
        if parent != path && parent != "." { try createWithParents(parent) }
        if try create(path) { try sync(parent) }
    }

    /// Makes the names in a folder survive a crash of the machine.
    static func sync(_ path: String) throws(StorageError) {
        guard let folder = try OpenFile.open(path, flags: O_RDONLY | O_DIRECTORY) else { return }
        try folder.sync()
    }

    /// The names in a folder, without `.` and `..`.
    static func names(in path: String) throws(StorageError) -> [String] {
        guard let stream = opendir(path) else { throw .current("list the folder \(path)") }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw .current("list the folder \(path)") }
        return names
    }

    /// The folder above `path`.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
