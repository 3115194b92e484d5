import OCI
import Synchronization

/// A blob on its way into the store: one writer appends and hashes, any number of readers follow.
///
/// The file lies in the store's partial folder, and its bytes survive the end of the process, until it is committed or
/// discarded. Readers of one that everybody let go of are told that it was abandoned.
package final class PartialBlob: Sendable {
    /// The name of the partial file.
    package let id: String
    let file: OpenFile
    let growth: BlobGrowth

    private struct Writer {
        enum State {
            case open
            /// Being committed: the bytes were verified.
            case sealed
            case ended
        }

        var state = State.open
        var size: Int
        /// Nil after a restart, until the bytes that are there have been hashed anew: a hash state cannot be saved.
        var hasher: DigestHasher?
    }

    private let writer: Mutex<Writer>

    init(id: String, file: OpenFile, size: Int) {
        self.id = id
        self.file = file
        self.growth = BlobGrowth(size: size)
        self.writer = Mutex(Writer(size: size, hasher: size == 0 ? DigestHasher() : nil))
    }

    deinit {
        growth.end(.failure(StorageError(.abandoned, "the partial blob \(id) was given up")), size: growth.size)
    }

    /// How many bytes have been appended.
    package var size: Int { growth.size }

    /// Appends bytes. Blocks for the disk: call it on an ``IOExecutor``, from one task at a time.
    ///
    /// - Throws: ``StorageError``; the partial blob then still ends where it did before. Of kind `abandoned` once the
    ///   blob is committed or discarded.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(StorageError) {
        let size = try writer.withLock { (writer) throws(StorageError) in
            guard writer.state == .open else { throw ended }
            try prepareHasher(&writer)
            do throws(StorageError) {
                try file.write(bytes, at: writer.size)
            } catch {
                // Part of it may have been written; sealing looks once more.
                try? file.truncate(to: writer.size)
                throw error
            }
            writer.hasher?.update(bytes)
            writer.size += bytes.count
            return writer.size
        }
        growth.grow(to: size)
    }

    /// States how many bytes there will be, which lets readers begin. All but the last of them, that is: it is withheld
    /// until the commit has proved the bytes right.
    package func expect(size: Int) { growth.expect(size: size) }

    /// A reader of the blob that will have `size` bytes, valid now and after the commit.
    package func reader(size: Int) -> BlobReader { BlobReader(file: file, size: size, growth: growth) }

    /// Verifies the bytes, after which none can be appended: what becomes visible is what was verified. Blocks for the
    /// disk when they must be hashed anew.
    ///
    /// - Throws: ``StorageError`` of kind `digestMismatch` or `sizeMismatch`, `abandoned` when that was done before.
    func seal(as digest: Digest) throws(StorageError) {
        let expected = growth.expectedSize
        try writer.withLock { (writer) throws(StorageError) in
            guard writer.state == .open else { throw ended }
            if let expected, expected != writer.size {
                throw StorageError(.sizeMismatch, "the blob has \(writer.size) bytes, not \(expected)")
            }
            let actual = try self.digest(digest.algorithm, of: &writer)
            guard actual == digest else {
                throw StorageError(.digestMismatch, "the bytes have the digest \(actual), not \(digest)")
            }
            if try file.size() != writer.size { try file.truncate(to: writer.size) }
            writer.state = .sealed
        }
    }

    /// Allows appending again after a commit that came to nothing.
    func unseal() {
        writer.withLock { if $0.state == .sealed { $0.state = .open } }
    }

    /// Ends the growth: readers may read to the end, or learn that they were left short. Only the first call counts.
    func end(_ result: Result<Void, StorageError>) {
        let size = writer.withLock { writer in
            writer.state = .ended
            return writer.size
        }
        growth.end(result, size: size)
    }

    private var ended: StorageError {
        StorageError(.abandoned, "the partial blob \(id) takes no more bytes: it was committed or discarded")
    }

    private func digest(_ algorithm: Digest.Algorithm, of writer: inout Writer) throws(StorageError) -> Digest {
        if algorithm == .sha256 {
            try prepareHasher(&writer)
            if let hasher = writer.hasher { return hasher.finalize() }
        }
        return try file.hash(algorithm, size: writer.size).finalize()
    }

    private func prepareHasher(_ writer: inout Writer) throws(StorageError) {
        if writer.hasher == nil { writer.hasher = try file.hash(.sha256, size: writer.size) }
    }
}
