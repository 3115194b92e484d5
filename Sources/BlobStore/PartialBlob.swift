import OCI
import Synchronization

/// A blob on its way into the store: one writer appends and hashes, any number of readers follow.
///
/// While it is open, the last byte of a blob of stated size is withheld from readers until the bytes proved right: a
/// reader of a corrupt blob is left short rather than given something that looks whole. The file lies in the store's
/// partial folder, and its bytes survive the end of the process, until it is committed or discarded.
package final class PartialBlob: Sendable {
    /// The name of the partial file.
    package let id: String
    let file: OpenFile

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

    private struct Progress {
        var size: Int
        var expectedSize: Int?
        var end: Result<Void, StorageError>?
        var waiters: [UInt64: Waiter] = [:]
        var nextWaiter: UInt64 = 0

        /// How far readers may read.
        var visible: Int {
            if case .success = end { return size }
            guard let expectedSize else { return 0 }
            return min(size, expectedSize - 1)
        }
    }

    private struct Waiter {
        let offset: Int
        let continuation: CheckedContinuation<Int, any Error>
    }

    private let writer: Mutex<Writer>
    private let progress: Mutex<Progress>

    init(id: String, file: OpenFile, size: Int) {
        self.id = id
        self.file = file
        self.writer = Mutex(Writer(size: size, hasher: size == 0 ? DigestHasher() : nil))
        self.progress = Mutex(Progress(size: size))
    }

    /// How many bytes have been appended.
    package var size: Int { progress.withLock { $0.size } }

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
        advance { $0.size = size }
    }

    /// States how many bytes there will be, which lets readers begin.
    package func expect(size: Int) {
        advance { $0.expectedSize = size }
    }

    /// How far readers may read now.
    var visibleSize: Int { progress.withLock { $0.visible } }

    /// A reader of the blob that will have `size` bytes, valid now and after the commit.
    package func reader(size: Int) -> BlobReader { BlobReader(file: file, size: size, growth: self) }

    /// Waits until there are bytes beyond `offset`, or the blob is whole.
    ///
    /// - Returns: up to where readers may read; `offset` itself when the blob is whole and ends there.
    /// - Throws: ``StorageError`` of kind `abandoned` and others when it was given up, `CancellationError`.
    func available(beyond offset: Int) async throws -> Int {
        let id = progress.withLock { progress in
            progress.nextWaiter += 1
            return progress.nextWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Int, any Error>? = progress.withLock { progress in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let answer = Self.answer(progress, beyond: offset) { return answer }
                    progress.waiters[id] = Waiter(offset: offset, continuation: continuation)
                    return nil
                }
                if let answer { continuation.resume(with: answer) }
            }
        } onCancel: {
            let waiter = progress.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Verifies the bytes, after which none can be appended: what becomes visible is what was verified. Blocks for the
    /// disk when they must be hashed anew.
    ///
    /// - Throws: ``StorageError`` of kind `digestMismatch` or `sizeMismatch`, `abandoned` when that was done before.
    func seal(as digest: Digest) throws(StorageError) {
        let expected = progress.withLock { $0.expectedSize }
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
        advance { progress in
            guard progress.end == nil else { return }
            progress.size = size
            progress.end = result
        }
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

    private static func answer(_ progress: Progress, beyond offset: Int) -> Result<Int, any Error>? {
        if progress.visible > offset { return .success(progress.visible) }
        return switch progress.end {
        case .success: .success(max(progress.size, offset))
        case .failure(let error): .failure(error)
        case nil: nil
        }
    }

    /// Makes a change and wakes those whom it concerns, outside the lock.
    private func advance(_ change: (inout Progress) -> Void) {
        let ready = progress.withLock { progress in
            change(&progress)
            var ready: [(Waiter, Result<Int, any Error>)] = []
            guard !progress.waiters.isEmpty else { return ready }
            let waiters = progress.waiters
            progress.waiters = [:]
            for (id, waiter) in waiters {
                if let answer = Self.answer(progress, beyond: waiter.offset) {
                    ready.append((waiter, answer))
                } else {
                    progress.waiters[id] = waiter
                }
            }
            return ready
        }
        for (waiter, answer) in ready { waiter.continuation.resume(with: answer) }
    }
}
