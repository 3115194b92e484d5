import Synchronization

/// How far a blob on its way into the store has come, and those who wait for more of it.
///
/// The last byte of a blob of stated size is withheld until the bytes proved right: a reader of a corrupt blob is left
/// short rather than given something that looks whole. Nothing is visible while the size is not stated.
final class BlobGrowth: Sendable {
    private struct Progress {
        var size: Int
        var expectedSize: Int?
        var end: Result<Void, StorageError>?
        var waiters: [UInt64: Waiter] = [:]
        var nextWaiter: UInt64 = 0

        var visible: Int {
            if case .success = end { return size }
            guard let expectedSize else { return 0 }
            return max(0, min(size, expectedSize - 1))
        }

        /// What to tell who waits for bytes beyond `offset`, nil when there is nothing to tell yet.
        func answer(beyond offset: Int) -> Result<Int, any Error>? {
            if visible > offset { return .success(visible) }
            return switch end {
            case .success: .success(max(size, offset))
            case .failure(let error): .failure(error)
            case nil: nil
            }
        }
    }

    private struct Waiter {
        let offset: Int
        let continuation: CheckedContinuation<Int, any Error>
    }

    private let progress: Mutex<Progress>

    init(size: Int) { progress = Mutex(Progress(size: size)) }

    /// How many bytes there are.
    var size: Int { progress.withLock { $0.size } }

    /// How many bytes there will be, when that was stated.
    var expectedSize: Int? { progress.withLock { $0.expectedSize } }

    /// How far readers may read now.
    var visibleSize: Int { progress.withLock { $0.visible } }

    func grow(to size: Int) { advance { $0.size = size } }

    func expect(size: Int) { advance { $0.expectedSize = size } }

    /// Ends the growth at `size` bytes: readers may read to there, or learn that they were left short. Only the first
    /// call counts.
    func end(_ result: Result<Void, StorageError>, size: Int) {
        advance { progress in
            guard progress.end == nil else { return }
            progress.size = size
            progress.end = result
        }
    }

    /// Waits until there are bytes beyond `offset`, or the blob is whole.
    ///
    /// - Returns: up to where readers may read; `offset` itself when the blob is whole and ends there.
    /// - Throws: the ``StorageError`` that ended the growth, `CancellationError`.
    func available(beyond offset: Int) async throws -> Int {
        let id = progress.withLock { progress in
            progress.nextWaiter += 1
            return progress.nextWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let answer: Result<Int, any Error>? = progress.withLock { progress in
                    // A cancellation from here on finds the waiter in the table.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let answer = progress.answer(beyond: offset) { return answer }
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

    /// How many wait.
    var waiterCount: Int { progress.withLock { $0.waiters.count } }

    /// Makes a change and wakes those whom it concerns, outside the lock.
    private func advance(_ change: (inout Progress) -> Void) {
        let ready = progress.withLock { progress in
            change(&progress)
            var ready: [(Waiter, Result<Int, any Error>)] = []
            guard !progress.waiters.isEmpty else { return ready }
            let waiters = progress.waiters
            progress.waiters = [:]
            for (id, waiter) in waiters {
                if let answer = progress.answer(beyond: waiter.offset) {
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
