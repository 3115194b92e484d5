import OCI
import Synchronization

/// The fills under way: one per digest, however many clients ask.
final class Fills: Sendable {
    private let background: BackgroundTasks
    private let running = Mutex<[Digest: Fill]>([:])

    init(in background: BackgroundTasks) { self.background = background }

    /// The fill of `digest` that is under way, if there is one.
    func underWay(_ digest: Digest) -> Fill? { running.withLock { $0[digest] } }

    /// The fill of `digest`: the one under way, or `make()` started now.
    func join(_ digest: Digest, _ make: () -> Fill) -> Fill {
        let (fill, isNew) = running.withLock { running in
            if let fill = running[digest] { return (fill, false) }
            let fill = make()
            running[digest] = fill
            return (fill, true)
        }
        guard isNew else { return fill }
        let leave: @Sendable () -> Void = { self.running.withLock { $0[digest] = nil } }
        if !background.start({ await fill.run(leave) }) {
            leave()
            fill.abandon()
        }
        return fill
    }
}
