import OCI

/// Where everything lies on the volume. The only file that knows.
///
/// ```
/// <storage.path>/
/// ├── lock                          held by the process that has the store open
/// ├── boot                          the machine's boot identifier when the store was last opened
/// ├── blobs/
/// │   └── sha256/
/// │       └── 9f/                   first two hexadecimal digits
/// │           └── 86/               next two
/// │               └── 9f86d0…       the bytes, verified, read-only; manifests are here too
/// ├── partial/
/// │   ├── 0b6e…-…                   an upload, named by its session
/// │   └── fill-…                    a download
/// ├── unsynced/
/// │   └── sha256-9f86d0…            empty: this blob was renamed into place but not yet flushed
/// └── catalog/
///     └── roost.sqlite              what the bytes mean (with -wal and -shm beside it)
/// ```
package struct StoreLayout: Sendable, Hashable {
    /// The folder that holds it all.
    package let root: String

    /// The layout of the store at `root`.
    package init(root: String) { self.root = root }

    /// The catalog's database.
    package var catalog: String { catalogFolder + "/roost.sqlite" }
    /// The folder of the catalog's database.
    package var catalogFolder: String { root + "/catalog" }

    var lock: String { root + "/lock" }
    var boot: String { root + "/boot" }
    var blobs: String { root + "/blobs" }
    var partials: String { root + "/partial" }
    var unsynced: String { root + "/unsynced" }

    /// The folders that exist in every store, parents first.
    var folders: [String] {
        [root, blobs] + Digest.Algorithm.allCases.map { "\(blobs)/\($0.rawValue)" } + [
            partials, unsynced, catalogFolder,
        ]
    }

    /// The folders between `blobs` and a blob's file, outer first.
    func folders(of digest: Digest) -> [String] {
        let outer = "\(blobs)/\(digest.algorithm.rawValue)/\(digest.hex.prefix(2))"
        return [outer, "\(outer)/\(digest.hex.dropFirst(2).prefix(2))"]
    }

    /// A short name for the pair of those folders.
    func fanOut(of digest: Digest) -> String { digest.algorithm.rawValue + digest.hex.prefix(4) }

    func blob(_ digest: Digest) -> String {
        let hex = digest.hex
        return "\(blobs)/\(digest.algorithm.rawValue)/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(hex)"
    }

    /// Whether `id` may name a partial blob: letters, digits and dashes, so that no name leads out of the folder.
    static func isName(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// - Throws: ``StorageError`` when `id` may not name a partial blob.
    static func requireName(_ id: String) throws(StorageError) {
        guard !isName(id) else { return }
        throw StorageError(.fileSystem, "'\(id.prefix(40))' cannot name a partial blob: use letters, digits and dashes")
    }

    func partial(_ id: String) -> String { "\(partials)/\(id)" }

    func marker(_ digest: Digest) -> String { "\(unsynced)/\(digest.algorithm.rawValue)-\(digest.hex)" }

    /// The digest that a marker's name stands for.
    func digest(ofMarker name: String) -> Digest? {
        guard let dash = name.firstIndex(of: "-") else { return nil }
        return try? Digest("\(name[..<dash]):\(name[name.index(after: dash)...])")
    }
}
