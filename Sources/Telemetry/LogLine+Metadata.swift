import Logging

extension LogLine {
    /// A level's name, at least five columns wide, so that most messages begin in the same column.
    mutating func appendPadded(_ level: Logger.Level) {
        appendSentence(level.rawValue)
        if level.rawValue.utf8.count < 5 { append(" ") }
    }

    /// Metadata as JSON; dictionaries with their keys in alphabetical order.
    mutating func appendJSON(_ value: Logger.Metadata.Value) {
        switch value {
        case .string(let text):
            appendJSON(text)
        case .stringConvertible(let value):
            appendJSON(value.description)
        case .array(let values):
            append("[")
            for (index, value) in values.enumerated() {
                if index > 0 { append(",") }
                appendJSON(value)
            }
            append("]")
        case .dictionary(let values):
            append("{")
            for (index, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { append(",") }
                appendJSON(key)
                append(":")
                appendJSON(value)
            }
            append("}")
        }
    }
}
