/// What is logged, and how it is written.
package struct LogSettings: Sendable, Equatable {
    /// The least important messages that are still written. The names are swift-log's.
    package enum Level: String, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// How a line is written.
    package enum Format: String, Sendable, CaseIterable {
        /// For people: time, level, message, then `key=value`.
        case text
        /// For programs: one JSON object a line.
        case json
    }

    /// `info` unless set.
    package var level: Level
    /// `text` unless set.
    package var format: Format

    /// Information and worse, as text, unless told otherwise.
    package init(level: Level = .info, format: Format = .text) {
        self.level = level
        self.format = format
    }
}
