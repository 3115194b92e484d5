import Foundation
import Synchronization
import Telemetry
import Testing

@Suite("The log's sink")
struct LogSinkTests {
    private func line(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

    @Test("lines come out whole and in order, each thread's own")
    func order() throws {
        let log = try CapturedLog()
        let output = Mutex("")
        let sink = LogSink(descriptor: log.writing, linger: .zero)
        let done = DispatchSemaphore(value: 0)
        let reader = Thread {
            while !output.withLock({ $0.hasSuffix("end\n") }) {
                let text = log.next()
                output.withLock { $0 += text }
            }
            done.signal()
        }
        reader.start()
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for number in 0..<2000 { sink.append(line("\(thread) \(number)")) }
        }
        sink.append(line("end"))
        #expect(sink.flush())
        done.wait()
        let lines = output.withLock { $0 }.split(separator: "\n")
        #expect(lines.count == 8001)
        for thread in 0..<4 {
            #expect(lines.filter { $0.hasPrefix("\(thread) ") } == (0..<2000).map { "\(thread) \($0)" })
        }
    }

    @Test("a full buffer drops lines and tells how many, once there is room")
    func dropping() throws {
        let log = try CapturedLog()
        // Fill the pipe, so that the writer is stuck with its first batch.
        let flags = fcntl(log.writing, F_GETFL)
        _ = fcntl(log.writing, F_SETFL, flags | O_NONBLOCK)
        let filler = [UInt8](repeating: UInt8(ascii: "."), count: 4096)
        while write(log.writing, filler, filler.count) > 0 {}
        let sink = LogSink(descriptor: log.writing, capacity: 100, linger: .zero, clock: moment)
        sink.append(line("first"))
        #expect(!sink.flush(within: .milliseconds(20)), "the pipe is full")
        for number in 0..<50 { sink.append(line("line \(number) of a batch")) }
        var output = ""
        while !output.contains("count=") || !output.hasSuffix("\n") { output += log.next() }
        #expect(sink.flush())
        let lines = output.drop { $0 == "." }.split(separator: "\n")
        let kept = lines.count - 2
        #expect(lines.first == "first")
        #expect(lines.dropFirst().dropLast() == (0..<kept).map { "line \($0) of a batch" }[...])
        #expect(
            lines.last.map(String.init)
                == "2026-11-23T18:12:17.123Z warning log lines were dropped because they came faster than "
                + "they could be written count=\(50 - kept)")
    }

    @Test("a line longer than the buffer is dropped, and told")
    func longLine() throws {
        let log = try CapturedLog()
        let sink = LogSink(descriptor: log.writing, format: .json, capacity: 10, clock: moment)
        sink.append(line("much longer than ten"))
        #expect(sink.flush())
        #expect(log.next().hasSuffix(#""metadata":{"count":1}}"# + "\n"))
    }

    @Test("a reader that has gone does not end the process, and neither does a closed descriptor")
    func brokenPipe() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        let broken = LogSink(descriptor: ends[1])
        let closed = LogSink(descriptor: -1)
        for _ in 0..<3 {
            broken.append(line("into the void"))
            closed.append(line("into the void"))
            #expect(broken.flush())
            #expect(closed.flush())
        }
        close(ends[1])
    }

    @Test("what was appended before the sink goes away is still written")
    func end() throws {
        let log = try CapturedLog()
        do {
            let sink = LogSink(descriptor: log.writing)
            sink.append(line("last words"))
        }
        #expect(log.next() == "last words\n")
    }
}
