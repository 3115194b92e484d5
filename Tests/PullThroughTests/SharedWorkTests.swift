import TestSupport
import Testing

@testable import PullThrough

@Suite("Work that is shared", .timeLimit(.minutes(2)))
struct SharedWorkTests {
    private struct Failure: Error {}

    /// Runs `body` beside a background.
    private func run(_ body: @escaping @Sendable (BackgroundTasks) async throws -> Void) async throws {
        let background = BackgroundTasks()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await background.run() }
            try await body(background)
            group.cancelAll()
        }
    }

    @Test("all who wait for one value get it, and so do those who come later")
    func oneShot() async throws {
        let shot = OneShot<Int>()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 { group.addTask { try await shot.value() } }
            shot.resolve(.success(7))
            shot.resolve(.success(8))
            shot.resolve(.failure(Failure()))
            for try await value in group { #expect(value == 7) }
        }
        #expect(try await shot.value() == 7)
    }

    @Test("a failure reaches everyone, too")
    func failedShot() async throws {
        let shot = OneShot<Int>()
        let waiting = Task { try await shot.value() }
        shot.resolve(.failure(Failure()))
        await #expect(throws: Failure.self) { try await waiting.value }
        await #expect(throws: Failure.self) { try await shot.value() }
    }

    @Test("who is cancelled stops waiting, before, while and after, and no one else does", arguments: 0..<20)
    func cancelledShot(_ round: Int) async throws {
        let shot = OneShot<Int>()
        let waiting = Task { try await shot.value() }
        let leaving = Task { try await shot.value() }
        for _ in 0..<round { await Task.yield() }
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        shot.resolve(.success(1))
        #expect(try await waiting.value == 1)
    }

    @Test("values raced by cancellation are resolved exactly once")
    func race() async throws {
        for _ in 0..<500 {
            let shot = OneShot<Int>()
            let tasks = (0..<4).map { _ in Task { try await shot.value() } }
            async let resolving: Void = shot.resolve(.success(1))
            tasks[0].cancel()
            tasks[1].cancel()
            await resolving
            for task in tasks[2...] { #expect(try await task.value == 1) }
            for task in tasks[..<2] { _ = await task.result }
        }
    }

    @Test("those who ask while it runs share one run, and the next one starts anew")
    func shared() async throws {
        try await run { background in
            let work = SharedWork<String, Int>(in: background)
            let gate = OneShot<Int>()
            let began = OneShot<Void>()
            let first = Task {
                try await work.value(for: "a") {
                    began.resolve(.success(()))
                    return try await gate.value()
                }
            }
            try await began.value()
            let clock = ManualClock()
            let others = (0..<20).map { _ in
                Task { try await work.value(for: "a", within: .seconds(3), clock: clock) { throw Failure() } }
            }
            let other = try await work.value(for: "b") { 2 }
            #expect(other == 2)
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            // Who waits has joined.
            try await clock.waitForSleepers(20)
            gate.resolve(.success(1))
            for task in others { #expect(try await task.value == 1) }
            await #expect(throws: Failure.self) { try await work.value(for: "a") { throw Failure() } }
            let again = try await work.value(for: "a") { 3 }
            #expect(again == 3)
        }
    }

    @Test("a bounded wait ends without a result, and the work goes on")
    func bounded() async throws {
        try await run { background in
            let clock = ManualClock()
            let work = SharedWork<String, Int>(in: background)
            let gate = OneShot<Int>()
            let bounded = Task {
                try await work.value(for: "a", within: .seconds(3), clock: clock) { try await gate.value() }
            }
            try await clock.waitForSleepers()
            clock.advance(by: .seconds(3))
            #expect(try await bounded.value == nil)
            let later = Task { try await work.value(for: "a", within: .seconds(3), clock: clock) { 9 } }
            try await clock.waitForSleepers()
            gate.resolve(.success(1))
            #expect(try await later.value == 1)
            #expect(clock.sleeperCount == 0)
        }
    }

    @Test("nobody waits for a background that takes no more work")
    func finished() async throws {
        let background = BackgroundTasks()
        background.finish()
        let work = SharedWork<String, Int>(in: background)
        await #expect(throws: CancellationError.self) { try await work.value(for: "a") { 1 } }
    }

    @Test("nobody waits for a background that was cancelled")
    func cancelled() async throws {
        let background = BackgroundTasks()
        let running = Task { await background.run() }
        running.cancel()
        await running.value
        let work = SharedWork<String, Int>(in: background)
        await #expect(throws: CancellationError.self) { try await work.value(for: "a") { 1 } }
    }

    @Test("work handed over before the background runs is done when it does")
    func early() async throws {
        let background = BackgroundTasks()
        let work = SharedWork<String, Int>(in: background)
        let asking = Task { try await work.value(for: "a") { 1 } }
        async let running: Void = background.run()
        #expect(try await asking.value == 1)
        background.finish()
        await running
    }
}
