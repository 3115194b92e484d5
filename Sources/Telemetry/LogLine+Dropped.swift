extension LogLine {
    /// The line that stands where `count` lines are missing.
    static func dropped(_ count: Int, format: LogFormat, at time: WallTime) -> LogLine {
        var line = LogLine()
        switch format {
        case .text:
            line.append(time)
            line.append(" warning log lines were dropped because they came faster than they could be written count=")
            line.append(count)
            line.append("\n")
        case .json:
            line.append("{\"time\":\"")
            line.append(time)
            line.append("\",\"level\":\"warning\",\"label\":\"log\",\"message\":\"log lines were dropped because they ")
            line.append("came faster than they could be written\",\"metadata\":{\"count\":")
            line.append(count)
            line.append("}}\n")
        }
        return line
    }
}
