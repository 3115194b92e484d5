import Glibc
import OCI
import Synchronization

// How a verified partial file becomes a blob, and what a crash of the machine at any moment leaves.
//
// `immediate`: bytes flushed, renamed, names flushed, acknowledged. Before the rename is on the disk the blob is not
// there; after it, the bytes are. `deferred`: marker, rename. While the marker stands, the bytes are suspected.

extension FileBlobStore {
    func placeDurably(_ partial: PartialBlob, as digest: Digest) throws(StorageError) {
        do throws(StorageError) {
            try partial.file.sync()
        } catch {
            // The kernel has forgotten which bytes failed: a second flush would succeed without them.
            withdraw(partial)
            throw error
        }
        try place(partial, as: digest) { () throws(StorageError) in
            try move(partial, to: digest)
            // What lies there now was flushed, whatever the marker was about.
            _ = unlink(layout.marker(digest))
        }
        try makeNameDurable(of: digest)
    }

    func placeUnderSuspicion(_ partial: PartialBlob, as digest: Digest) throws(StorageError) {
        try place(partial, as: digest) { () throws(StorageError) in
            // Bytes that are there already may be a push's, and acknowledged: they are not given up for these.
            if access(layout.blob(digest), F_OK) == 0 {
                _ = unlink(layout.partial(partial.id))
            } else {
                _ = try OpenFile.open(layout.marker(digest), flags: O_WRONLY | O_CREAT)
                try move(partial, to: digest)
            }
        }
    }

    /// Makes the name of a blob survive a crash of the machine.
    func makeNameDurable(of digest: Digest) throws(StorageError) {
        let folders = layout.folders(of: digest)
        let pair = layout.fanOut(of: digest)
        // A folder that another commit created may not have reached the disk yet, so creating it is not what counts.
        if !durableFolders.withLock({ $0.contains(pair) }) {
            for folder in folders { try Folder.sync(Folder.parent(of: folder)) }
        }
        if let inner = folders.last { try Folder.sync(inner) }
        durableFolders.withLock { _ = $0.insert(pair) }
    }

    /// Ends the partial blob by what `change` does with its file.
    private func place(
        _ partial: PartialBlob, as digest: Digest, _ change: () throws(StorageError) -> Void
    ) throws(StorageError) {
        do throws(StorageError) {
            for folder in layout.folders(of: digest) { _ = try Folder.create(folder) }
            try open.withLock { (open) throws(StorageError) in
                guard open[partial.id]?.partial === partial else {
                    throw StorageError(.abandoned, "the partial blob \(partial.id) was discarded")
                }
                try change()
                open[partial.id] = nil
            }
        } catch {
            partial.unseal()
            throw error
        }
        partial.end(.success(()))
    }

    private func move(_ partial: PartialBlob, to digest: Digest) throws(StorageError) {
        let path = layout.blob(digest)
        guard rename(layout.partial(partial.id), path) == 0 else { throw .current("move a blob to \(path)") }
        _ = fchmod(partial.file.descriptor, 0o444)
    }
}
