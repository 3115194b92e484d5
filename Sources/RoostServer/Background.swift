import PullThrough
import ServiceLifecycle

/// Runs the cache's own work: fills and revalidations, which belong to no client.
struct Background: Service {
    let tasks: BackgroundTasks

    /// Runs until the server has stopped; then nobody is left to want what is under way.
    func run() async throws {
        await cancelWhenGracefulShutdown { await tasks.run() }
    }
}
