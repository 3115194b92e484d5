/// Writes one line for every request. Never blocks and never fails; about a microsecond a line.
package struct AccessLog: Sendable {
    private let sink: LogSink
    private let format: LogFormat
    private let clock: WallTime.Clock

    /// A log whose lines go to `sink`.
    package init(sink: LogSink, format: LogFormat, clock: @escaping WallTime.Clock = WallTime.now) {
        self.sink = sink
        self.format = format
        self.clock = clock
    }

    /// Writes the line of one request, stamped with the time of now.
    package func write(_ record: AccessRecord) {
        let line =
            switch format {
            case .text: Self.text(record, at: clock())
            case .json: Self.json(record, at: clock())
            }
        sink.append(line.bytes)
    }

    private static func text(_ record: AccessRecord, at time: WallTime) -> LogLine {
        var line = LogLine()
        line.append(time)
        line.append(" info  ")
        line.appendValue(record.method)
        line.append(" ")
        line.appendValue(record.target)
        line.append(" client=")
        line.appendValue(record.client)
        line.append(" status=")
        line.append(record.status)
        line.append(" outcome=")
        line.appendValue(record.outcome)
        if let repository = record.repository {
            line.append(" repository=")
            line.appendValue(repository)
        }
        if let reference = record.reference {
            line.append(" reference=")
            line.appendValue(reference)
        }
        line.append(" bytes=")
        line.append(record.bytes)
        line.append(" duration=")
        line.appendMilliseconds(record.duration)
        line.append("ms")
        if let userAgent = record.userAgent {
            line.append(" agent=")
            line.appendValue(userAgent)
        }
        line.append("\n")
        return line
    }

    private static func json(_ record: AccessRecord, at time: WallTime) -> LogLine {
        var line = LogLine()
        line.append("{\"time\":\"")
        line.append(time)
        line.append("\",\"level\":\"info\",\"label\":\"access\",\"method\":")
        line.appendJSON(record.method)
        line.append(",\"target\":")
        line.appendJSON(record.target)
        line.append(",\"client\":")
        line.appendJSON(record.client)
        line.append(",\"status\":")
        line.append(record.status)
        line.append(",\"outcome\":")
        line.appendJSON(record.outcome)
        if let repository = record.repository {
            line.append(",\"repository\":")
            line.appendJSON(repository)
        }
        if let reference = record.reference {
            line.append(",\"reference\":")
            line.appendJSON(reference)
        }
        line.append(",\"bytes\":")
        line.append(record.bytes)
        line.append(",\"duration_ms\":")
        line.appendMilliseconds(record.duration)
        if let userAgent = record.userAgent {
            line.append(",\"agent\":")
            line.appendJSON(userAgent)
        }
        line.append("}\n")
        return line
    }
}
