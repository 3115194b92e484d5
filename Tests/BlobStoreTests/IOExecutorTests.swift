import Dispatch
import Synchronization
import Testing

@testable import BlobStore

@Suite("The threads for disk work", .timeLimit(.minutes(1)))
struct IOExecutorTests {
    @Test("as many tasks as there are threads may block at once")
    func blocking() async {
        let threads = 16
        let executor = IOExecutor(threads: threads)
        let meeting = Meeting(of: threads)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<threads { group.addTask { await executor.run { meeting.arrive() } } }
            for await everybodyCame in group { #expect(everybodyCame) }
        }
    }

    @Test("no more tasks run at once than there are threads", arguments: [0, 1, 3])
    func limit(threads: Int) async {
        let executor = IOExecutor(threads: threads)
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<500 {
                group.addTask {
                    await executor.run {
                        tally.enter()
                        tally.leave()
                    }
                }
            }
        }
        #expect(tally.done == 500)
        #expect(tally.most <= max(1, threads))
    }

    @Test("a thread that is blocked holds up no other work")
    func oneBlocked() async {
        let executor = IOExecutor(threads: 2)
        let gate = Gate()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await executor.run { gate.pass() } }
            for _ in 0..<50 { await executor.run { await Task.yield() } }
            gate.open()
        }
    }

    @Test("what the work throws comes back")
    func failing() async {
        let executor = IOExecutor(threads: 1)
        let error = StorageError(.noSpace, "full")
        await #expect(throws: error) { try await executor.run { () throws(StorageError) in throw error } }
        #expect(await executor.run { 42 } == 42)
    }

    @Test("a task comes back to its thread pool after it waited")
    func suspension() async {
        let executor = IOExecutor(threads: 2)
        let meeting = Meeting(of: 2)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    await executor.run {
                        for _ in 0..<10 { await Task.yield() }
                        return meeting.arrive()
                    }
                }
            }
            for await everybodyCame in group { #expect(everybodyCame) }
        }
    }
}

/// Holds everyone who arrives, thread and all, until enough have.
private final class Meeting: Sendable {
    private let missing: Mutex<Int>
    private let everybody = DispatchSemaphore(value: 0)
    private let size: Int

    init(of size: Int) {
        self.size = size
        missing = Mutex(size)
    }

    /// Whether everybody came within a generous time.
    func arrive() -> Bool {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast { for _ in 0..<size { everybody.signal() } }
        return everybody.wait(timeout: .now() + 30) == .success
    }
}

private final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func pass() { semaphore.wait() }
    func open() { semaphore.signal() }
}

/// Counts who is at work at once.
private final class Tally: Sendable {
    private let counts = Mutex((now: 0, most: 0, done: 0))

    var most: Int { counts.withLock { $0.most } }
    var done: Int { counts.withLock { $0.done } }

    func enter() {
        counts.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
    }

    func leave() {
        counts.withLock {
            $0.now -= 1
            $0.done += 1
        }
    }
}
