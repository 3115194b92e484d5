import Synchronization

/// Work that many may want at once and that is done once: all who ask while it runs get its result.
///
/// It runs in the background, so that no asker can end it by leaving.
final class SharedWork<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let background: BackgroundTasks
    private let underWay = Mutex<[Key: OneShot<Value>]>([:])

    init(in background: BackgroundTasks) { self.background = background }

    /// The result of `operation`, joining one that is under way for `key`.
    ///
    /// - Throws: what `operation` throws; `CancellationError` when the caller is cancelled.
    func value(for key: Key, _ operation: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await start(key, operation).value()
    }

    /// The same, but waits no longer than `limit`, where there is one: nil when there is no result by then. The work goes
    /// on.
    func value(
        for key: Key, within limit: Duration?, clock: any Clock<Duration>,
        _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        let shot = start(key, operation)
        guard let limit else { return try await shot.value() }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await shot.value() }
            group.addTask {
                try await clock.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func start(_ key: Key, _ operation: @escaping @Sendable () async throws -> Value) -> OneShot<Value> {
        let (shot, isNew) = underWay.withLock { underWay in
            if let shot = underWay[key] { return (shot, false) }
            let shot = OneShot<Value>()
            underWay[key] = shot
            return (shot, true)
        }
        guard isNew else { return shot }
        let isStarted = background.start {
            let result: Result<Value, any Error>
            do { result = .success(try await operation()) } catch { result = .failure(error) }
            self.end(key, shot, with: result)
        }
        if !isStarted { end(key, shot, with: .failure(CancellationError())) }
        return shot
    }

    /// Who asks from now on starts anew; only then do those who wait learn of it.
    private func end(_ key: Key, _ shot: OneShot<Value>, with result: Result<Value, any Error>) {
        underWay.withLock { $0[key] = nil }
        shot.resolve(result)
    }
}
