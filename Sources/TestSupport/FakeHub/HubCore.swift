import NIOCore
import NIOPosix
import Synchronization

/// The state that the three listeners and the test share, and those who wait for it to change.
final class HubCore: Sendable {
    private let state = Mutex(HubState())

    /// Reads or changes the state, then wakes everyone whose condition has become true.
    func withState<R: Sendable>(_ body: (inout HubState) throws -> R) rethrows -> R {
        let (result, satisfied) = try state.withLock { state in
            let result = try body(&state)
            return (result, state.takeSatisfiedWaiters())
        }
        for waiter in satisfied { waiter.continuation.resume() }
        return result
    }

    /// Opens the gates whose kind matches and lets the answers that wait there go on.
    func open(where matches: (HubGates.Kind) -> Bool, alsoChanging change: (inout HubState) -> Void = { _ in }) {
        let resumed = withState { state in
            change(&state)
            return state.gates.open(where: matches)
        }
        for resume in resumed { resume() }
    }

    /// Waits until `condition` holds.
    ///
    /// - Throws: `FakeHubError.nothingCame` after `timeout`; `CancellationError` when the task is cancelled.
    func wait(
        for description: String, timeout: Duration, until condition: @escaping @Sendable (HubState) -> Bool
    ) async throws {
        let id = withState { $0.takeNumber() }
        let bound = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(timeout)) {
            self.end(id) { state in
                FakeHubError.nothingCame(awaited: description, asked: state.requests.map(\.description))
            }
        }
        defer { bound.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enter(HubWaiter(id: id, isSatisfied: condition, continuation: continuation))
            }
        } onCancel: {
            end(id) { _ in CancellationError() }
        }
    }

    private func enter(_ waiter: HubWaiter) {
        let failure = withState { state -> (any Error)? in
            if let failure = state.endedWaits.removeValue(forKey: waiter.id) { return failure }
            state.waiters.append(waiter)
            return nil
        }
        if let failure { waiter.continuation.resume(throwing: failure) }
    }

    private func end(_ id: Int, with error: (HubState) -> any Error) {
        let (waiter, failure) = withState { state -> (HubWaiter?, any Error) in
            let failure = error(state)
            guard let index = state.waiters.firstIndex(where: { $0.id == id }) else {
                state.endedWaits[id] = failure
                return (nil, failure)
            }
            return (state.waiters.remove(at: index), failure)
        }
        waiter?.continuation.resume(throwing: failure)
    }
}
