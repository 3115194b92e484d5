import BlobStore
import Catalog

/// The volume, opened: bytes and what they mean.
struct Store: Sendable {
    let executor: IOExecutor
    let blobs: FileBlobStore
    let catalog: SQLiteCatalog

    /// Opens the store in the folder `path`, creating it where needed.
    ///
    /// - Throws: ``StartupError``.
    init(at path: String) throws {
        let layout = StoreLayout(root: path)
        executor = IOExecutor()
        do {
            blobs = try FileBlobStore(layout, executor: executor)
            catalog = try SQLiteCatalog(path: layout.catalog)
        } catch {
            throw StartupError(message: "cannot open the store \(path): \(error); choose another folder with --storage")
        }
    }
}
