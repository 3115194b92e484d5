/// How a line of the log is written.
package enum LogFormat: Sendable, Hashable {
    /// For people: time, level, message, then `key=value`, values in quotes where they need them.
    case text
    /// For programs: one JSON object a line.
    case json
}
