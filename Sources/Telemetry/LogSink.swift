import Dispatch
import Foundation
import Synchronization

/// A bounded buffer in front of a file descriptor, emptied by one thread of its own. Whoever appends never waits for
/// the disk, the terminal or the pipe behind it: when they are slow and the buffer is full, lines are dropped, and a
/// line that says how many follows as soon as there is room.
///
/// Lines come out in the order they went in. What is still in the buffer when the process dies is lost: at most what
/// was appended in the last few milliseconds, if the descriptor keeps up.
package final class LogSink: Sendable {
    private struct State {
        var pending: [UInt8] = []
        var dropped = 0
        var waiters: [DispatchSemaphore] = []
        var stopping = false

        /// Whether the writer has nothing to wake up for.
        var isIdle: Bool { pending.isEmpty && dropped == 0 && waiters.isEmpty && !stopping }
    }

    /// What the writer's thread and the sink share; the thread must not keep the sink itself alive.
    private final class Shared: Sendable {
        let state = Mutex(State())
        /// Signalled when there is something to do after there was nothing.
        let work = DispatchSemaphore(value: 0)
        /// Signalled to cut the gathering of a batch short.
        let hurry = DispatchSemaphore(value: 0)
    }

    private let shared = Shared()
    private let capacity: Int

    /// Starts the writer.
    /// - Parameters:
    ///   - descriptor: where to write; duplicated, so closing it later does no harm. A closed one swallows the lines.
    ///   - format: how the line about dropped lines is written.
    ///   - capacity: the most bytes that wait. As many again may be on their way out.
    ///   - linger: how long lines are gathered before they are written together.
    ///   - clock: stamps the line about dropped lines.
    package init(
        descriptor: Int32, format: LogFormat = .text, capacity: Int = 1 << 20, linger: Duration = .milliseconds(2),
        clock: @escaping WallTime.Clock = WallTime.now
    ) {
        self.capacity = capacity
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        let pause = DispatchTimeInterval.microseconds(Int(linger / .microseconds(1)))
        let thread = Thread { [shared] in
            var output = LogOutput(owning: copy) { LogLine.dropped($0, format: format, at: clock()).bytes }
            Self.run(shared, writingTo: &output, linger: pause)
        }
        thread.name = "log"
        thread.start()
    }

    deinit {
        shared.state.withLock { $0.stopping = true }
        shared.work.signal()
        shared.hurry.signal()
    }

    /// Appends one line, which must end with a line feed. Never blocks.
    package func append(_ line: [UInt8]) {
        let wasIdle = shared.state.withLock { state in
            let wasIdle = state.isIdle
            if line.count <= capacity - state.pending.count {
                state.pending.append(contentsOf: line)
            } else {
                state.dropped += 1
            }
            return wasIdle
        }
        if wasIdle { shared.work.signal() }
    }

    /// Waits until everything appended so far has been written or given up, for use at the end of the program.
    /// - Returns: false when the time was over first, because the descriptor takes nothing.
    @discardableResult
    package func flush(within limit: Duration = .seconds(2)) -> Bool {
        let done = DispatchSemaphore(value: 0)
        shared.state.withLock { $0.waiters.append(done) }
        shared.hurry.signal()
        shared.work.signal()
        return done.wait(timeout: .now() + .microseconds(Int(limit / .microseconds(1)))) == .success
    }

    private static func run(_ shared: Shared, writingTo output: inout LogOutput, linger: DispatchTimeInterval) {
        // A reader that has gone shall be an error of `write`, not the end of the process.
        var brokenPipe = sigset_t()
        sigemptyset(&brokenPipe)
        sigaddset(&brokenPipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
        var batch: [UInt8] = []
        while true {
            shared.work.wait()
            // Under load this turns a system call a line into one for hundreds.
            _ = shared.hurry.wait(timeout: .now() + linger)
            batch.removeAll(keepingCapacity: true)
            let (dropped, waiters, stopping) = shared.state.withLock { state in
                swap(&state.pending, &batch)
                let taken = (state.dropped, state.waiters, state.stopping)
                state.dropped = 0
                state.waiters = []
                return taken
            }
            output.write(batch, thenDropped: dropped)
            for waiter in waiters { waiter.signal() }
            if stopping { return }
        }
    }
}
