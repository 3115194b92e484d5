import Foundation

/// The descriptor behind a sink, used by the sink's thread alone. Writes whole batches, waits for a reader that is
/// slow, and lives on when there is none: what could not be written is counted and told when writing works again.
struct LogOutput: ~Copyable {
    private let descriptor: Int32
    private let notice: @Sendable (Int) -> [UInt8]
    private var lost = 0

    /// - Parameters:
    ///   - descriptor: closed at the end; one below 0 takes nothing.
    ///   - notice: the line that says so many lines were dropped.
    init(owning descriptor: Int32, notice: @escaping @Sendable (Int) -> [UInt8]) {
        self.descriptor = descriptor
        self.notice = notice
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Writes lines, and that `dropped` more would have followed.
    mutating func write(_ lines: [UInt8], thenDropped dropped: Int) {
        tellLosses()
        let written = lost == 0 ? write(lines) : 0
        lost += lines[written...].count { $0 == UInt8(ascii: "\n") } + dropped
        if written == lines.count { tellLosses() }
    }

    private mutating func tellLosses() {
        guard lost > 0 else { return }
        let line = notice(lost)
        if write(line) == line.count { lost = 0 }
    }

    /// Writes as much as can be; fewer than all only after an error.
    private func write(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Foundation.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: buffer[written...]).baseAddress, buffer.count - written
                )
                if count >= 0 {
                    written += count
                } else if errno == EAGAIN {
                    // Somebody made the terminal or pipe non-blocking: wait for it as a blocking write would.
                    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wanted, 1, -1)
                } else if errno != EINTR {
                    break
                }
            }
            return written
        }
    }
}
