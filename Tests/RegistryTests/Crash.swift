import Synchronization

/// The moment at which a pretended process dies, or a single operation fails, counted in steps.
///
/// Every operation on a store is two steps, before and after: a crash after it has its effect and never its answer.
final class Crash: Sendable {
    struct Error: Swift.Error {}

    private struct State {
        var steps = 0
        var struck = false
    }

    private let moment: Int
    private let isFatal: Bool
    private let state = Mutex(State())

    /// Strikes at step `moment`; when `isFatal`, at all steps after it too.
    init(at moment: Int, isFatal: Bool) {
        self.moment = moment
        self.isFatal = isFatal
    }

    /// Whether it struck.
    var struck: Bool { state.withLock { $0.struck } }

    /// Lets `operation` run, unless the process died before it.
    func step<Value>(_ operation: () async throws -> Value) async throws -> Value {
        try advance()
        let value = try await operation()
        try advance()
        return value
    }

    private func advance() throws {
        try state.withLock { state in
            state.steps += 1
            if state.steps == moment { state.struck = true }
            if state.steps == moment || state.struck && isFatal { throw Error() }
        }
    }
}
