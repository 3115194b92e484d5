import Dispatch
import Synchronization

/// A few threads on which tasks may block for the disk, so that neither event loops nor the shared pool ever do.
///
/// Tasks move here with ``run(_:)``; a suspended task occupies no thread.
package final class IOExecutor: TaskExecutor {
    private let queues: [DispatchQueue]
    private let next = Atomic<Int>(0)

    /// An executor of `threads` threads at most.
    package init(threads: Int = 8) {
        queues = (0..<max(1, threads)).map { DispatchQueue(label: "roost.io.\($0)") }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let turn = next.wrappingAdd(1, ordering: .relaxed).newValue
        queues[Int(UInt(bitPattern: turn) % UInt(queues.count))].async {
            unowned.runSynchronously(on: self.asUnownedTaskExecutor())
        }
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
}
