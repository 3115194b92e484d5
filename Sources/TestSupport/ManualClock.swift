import Synchronization

/// A clock that stands still until a test moves it.
///
/// Sleepers whose deadline `advance(by:)` reaches are resumed in the order of their deadlines, and those with the same
/// deadline in the order in which they fell asleep. Use `waitForSleepers(_:)` before advancing, so that the code under
/// test is known to be asleep.
package final class ManualClock: Clock, Sendable {
    /// A moment of this clock: the time since the clock was made.
    package struct Instant: InstantProtocol, Sendable {
        /// The time since the clock was made.
        package var offset: Duration

        /// The moment `offset` after the clock was made.
        package init(offset: Duration = .zero) {
            self.offset = offset
        }

        /// The moment `duration` after this one.
        package func advanced(by duration: Duration) -> Instant {
            Instant(offset: offset + duration)
        }

        /// The time from this moment to `other`; negative when `other` is earlier.
        package func duration(to other: Instant) -> Duration {
            other.offset - offset
        }

        /// Whether `left` is earlier than `right`.
        package static func < (left: Instant, right: Instant) -> Bool {
            left.offset < right.offset
        }
    }

    private struct Sleeper {
        let id: Int
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Watcher {
        let id: Int
        let count: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now = Instant()
        var nextID = 0
        var sleepers: [Sleeper] = []
        var watchers: [Watcher] = []
        /// Sleeps and waits that were cancelled before they could be entered above.
        var cancelled: Set<Int> = []

        mutating func takeID() -> Int {
            defer { nextID += 1 }
            return nextID
        }

        mutating func takeSatisfiedWatchers() -> [Watcher] {
            let satisfied = watchers.filter { $0.count <= sleepers.count }
            watchers.removeAll { $0.count <= sleepers.count }
            return satisfied
        }
    }

    private let state = Mutex(State())

    /// A clock that stands at zero.
    package init() {}

    /// The moment that the clock stands at.
    package var now: Instant {
        state.withLock { $0.now }
    }

    /// The clock is exact.
    package var minimumResolution: Duration { .nanoseconds(1) }

    /// How many tasks sleep on this clock now.
    package var sleeperCount: Int {
        state.withLock { $0.sleepers.count }
    }

    /// Sleeps until the clock has been advanced to `deadline`. Returns at once when it is past already.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = state.withLock { $0.takeID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                enter(Sleeper(id: id, deadline: deadline, continuation: continuation))
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// Moves the clock forward and resumes every sleeper whose deadline is reached.
    package func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            let now = state.now
            let due = state.sleepers.filter { $0.deadline <= now }
            state.sleepers.removeAll { $0.deadline <= now }
            return due.sorted { ($0.deadline.offset, $0.id) < ($1.deadline.offset, $1.id) }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Waits until at least `count` tasks sleep on this clock.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    package func waitForSleepers(_ count: Int = 1) async throws {
        let id = state.withLock { $0.takeID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                watch(Watcher(id: id, count: count, continuation: continuation))
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func enter(_ sleeper: Sleeper) {
        enum Outcome { case cancelled, due, asleep([Watcher]) }
        let outcome = state.withLock { state -> Outcome in
            if state.cancelled.remove(sleeper.id) != nil { return .cancelled }
            if sleeper.deadline <= state.now { return .due }
            state.sleepers.append(sleeper)
            return .asleep(state.takeSatisfiedWatchers())
        }
        switch outcome {
        case .cancelled: sleeper.continuation.resume(throwing: CancellationError())
        case .due: sleeper.continuation.resume()
        case .asleep(let watchers): for watcher in watchers { watcher.continuation.resume() }
        }
    }

    private func watch(_ watcher: Watcher) {
        enum Outcome { case cancelled, satisfied, waiting }
        let outcome = state.withLock { state -> Outcome in
            if state.cancelled.remove(watcher.id) != nil { return .cancelled }
            if watcher.count <= state.sleepers.count { return .satisfied }
            state.watchers.append(watcher)
            return .waiting
        }
        switch outcome {
        case .cancelled: watcher.continuation.resume(throwing: CancellationError())
        case .satisfied: watcher.continuation.resume()
        case .waiting: break
        }
    }

    private func cancel(_ id: Int) {
        let continuation = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            if let index = state.sleepers.firstIndex(where: { $0.id == id }) {
                return state.sleepers.remove(at: index).continuation
            }
            if let index = state.watchers.firstIndex(where: { $0.id == id }) {
                return state.watchers.remove(at: index).continuation
            }
            state.cancelled.insert(id)
            return nil
        }
        continuation?.resume(throwing: CancellationError())
    }
}
