import Foundation
import Testing

/// The lines of the access log, as they come.
actor AccessLines {
    /// What the log writes to.
    nonisolated let writing: Int32
    private var lines: AsyncStream<String>.Iterator

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        self.writing = writing
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        lines = stream.makeAsyncIterator()
        // Ends with the last writing end: the sink's copy, which goes with the server.
        let thread = Thread {
            var pending = ""
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            while case let count = read(reading, &bytes, bytes.count), count > 0 {
                pending += String(decoding: bytes.prefix(count), as: UTF8.self)
                var lines = pending.split(separator: "\n", omittingEmptySubsequences: false)
                pending = lines.popLast().map(String.init) ?? ""
                for line in lines { continuation.yield(String(line)) }
            }
            close(reading)
            continuation.finish()
        }
        thread.start()
    }

    deinit { close(writing) }

    /// The next line; waits for it.
    func next() async -> String {
        // An actor's method may not hold its iterator across the wait.
        var iterator = lines
        let line = await iterator.next(isolation: self)
        lines = iterator
        return line ?? ""
    }

    /// The next line that has `text` in it.
    func next(containing text: String) async -> String {
        while case let line = await next(), !line.isEmpty {
            if line.contains(text) { return line }
        }
        return ""
    }
}
