import Synchronization
import Testing

@testable import TestSupport

@Suite("The manual clock", .timeLimit(.minutes(1)))
struct ManualClockTests {
    @Test("stands still until it is moved")
    func still() {
        let clock = ManualClock()
        #expect(clock.now.offset == .zero)
        clock.advance(by: .seconds(5))
        #expect(clock.now.offset == .seconds(5))
        #expect(ManualClock.Instant(offset: .seconds(2)).duration(to: clock.now) == .seconds(3))
    }

    @Test("wakes those whose time has come, and only them")
    func wakes() async throws {
        let clock = ManualClock()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for seconds in [3, 1, 2] {
                group.addTask {
                    try await clock.sleep(for: .seconds(seconds))
                    return seconds
                }
            }
            try await clock.waitForSleepers(3)
            for seconds in 1...3 {
                clock.advance(by: .seconds(1))
                #expect(clock.sleeperCount == 3 - seconds)
                #expect(try await group.next() == seconds)
            }
        }
    }

    @Test("a deadline that is past is not slept for")
    func past() async throws {
        let clock = ManualClock()
        clock.advance(by: .seconds(1))
        try await clock.sleep(until: .init(offset: .seconds(1)))
    }

    @Test("a cancelled sleeper wakes with an error, whether it slept already or not")
    func cancelled() async throws {
        let clock = ManualClock()
        let sleeper = Task { try await clock.sleep(for: .seconds(1)) }
        try await clock.waitForSleepers()
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(clock.sleeperCount == 0)
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await clock.sleep(for: .seconds(1))
        }
        await #expect(throws: CancellationError.self) { try await late.value }
    }
}
