import Dispatch
import Synchronization

/// A few threads on which tasks may block for the disk, so that neither event loops nor the shared pool ever do.
///
/// Tasks move here with ``run(_:)``; a suspended task occupies no thread. A job goes to whichever thread is free first:
/// one that waits long for the disk holds up no other while a thread is left.
package final class IOExecutor: TaskExecutor {
    private struct State {
        var jobs = JobQueue()
        /// Each runs its blocks one after the other, and so is one thread's worth.
        var idle: [DispatchQueue]
    }

    private let state: Mutex<State>

    /// An executor of `threads` threads at most.
    package init(threads: Int = 8) {
        state = Mutex(State(idle: (0..<max(1, threads)).map { DispatchQueue(label: "roost.io.\($0)") }))
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let thread = state.withLock { state in
            state.jobs.append(unowned)
            return state.idle.popLast()
        }
        guard let thread else { return }
        thread.async { self.work(on: thread) }
    }

    /// Runs `body` here. It may block for the disk.
    package func run<Value: Sendable, Failure: Error>(
        _ body: @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withTaskExecutorPreference(self) {
            do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Runs jobs until none is left, then makes the thread idle in the same step: none can slip in between.
    private func work(on thread: DispatchQueue) {
        while let job = state.withLock({ state in
            let job = state.jobs.popFirst()
            if job == nil { state.idle.append(thread) }
            return job
        }) {
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
