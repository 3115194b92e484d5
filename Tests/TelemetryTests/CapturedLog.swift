import Foundation
import Telemetry
import Testing

/// A pipe whose writing end a sink gets, and what came out of it.
final class CapturedLog: Sendable {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// What one `read` returns; waits until there is something.
    func next(atMost count: Int = 1 << 16) -> String {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = read(reading, &bytes, count)
        return String(decoding: bytes.prefix(max(0, got)), as: UTF8.self)
    }

    /// What `body` logs, in all (less than a pipe holds).
    static func of(_ format: LogFormat = .text, _ body: (LogSink) -> Void) throws -> String {
        let log = try CapturedLog()
        let sink = LogSink(descriptor: log.writing, format: format, clock: moment)
        body(sink)
        try #require(sink.flush())
        return log.next()
    }
}

/// 2026-11-23T18:12:17.123Z
@Sendable func moment() -> WallTime { WallTime(seconds: 1795457537, milliseconds: 123) }
