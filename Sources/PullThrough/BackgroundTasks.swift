/// Work that belongs to no client: fills and revalidations run here, and end with the server.
package final class BackgroundTasks: Sendable {
    private let tasks: AsyncStream<@Sendable () async -> Void>
    private let continuation: AsyncStream<@Sendable () async -> Void>.Continuation

    /// A place for work that begins once ``run()`` does.
    package init() {
        (tasks, continuation) = AsyncStream.makeStream()
    }

    /// Starts `work`; false when no more is taken, and it will never run.
    func start(_ work: @escaping @Sendable () async -> Void) -> Bool {
        if case .terminated = continuation.yield(work) { false } else { true }
    }

    /// Takes no more work; what is under way goes on.
    package func finish() {
        continuation.finish()
    }

    /// Performs the work until ``finish()`` was called and all is done. Cancelling ends what is under way.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await work in tasks { group.addTask { await work() } }
        }
    }
}
