package import Logging

/// Writes swift-log's messages to a sink, in either format.
///
/// Text: `2026-11-23T18:12:17.123Z info  message key=value`, keys in alphabetical order. JSON: one object a line with
/// `time`, `level`, `label`, `message` and, when there is any, `metadata`.
package struct RoostLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let sink: LogSink
    private let format: LogFormat
    private let clock: WallTime.Clock

    /// A handler for the logger called `label`.
    package init(
        label: String, sink: LogSink, format: LogFormat, level: Logger.Level = .info,
        clock: @escaping WallTime.Clock = WallTime.now
    ) {
        self.label = label
        self.sink = sink
        self.format = format
        self.logLevel = level
        self.clock = clock
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let metadata = merged(event)
        var line = LogLine()
        switch format {
        case .text:
            line.append(clock())
            line.append(" ")
            line.appendPadded(event.level)
            line.append(" ")
            line.appendSentence(event.message.description)
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
                line.append(" ")
                line.appendValue(key)
                line.append("=")
                line.appendValue(value.description)
            }
            line.append("\n")
        case .json:
            line.append("{\"time\":\"")
            line.append(clock())
            line.append("\",\"level\":")
            line.appendJSON(event.level.rawValue)
            line.append(",\"label\":")
            line.appendJSON(label)
            line.append(",\"message\":")
            line.appendJSON(event.message.description)
            if !metadata.isEmpty {
                line.append(",\"metadata\":")
                line.appendJSON(.dictionary(metadata))
            }
            line.append("}\n")
        }
        sink.append(line.bytes)
    }

    /// What is nearer to the call wins: the event's metadata over the handler's over the provider's.
    private func merged(_ event: LogEvent) -> Logger.Metadata {
        var merged = metadata
        if let provided = metadataProvider?.get(), !provided.isEmpty {
            merged.merge(provided) { own, _ in own }
        }
        if let given = event.metadata, !given.isEmpty {
            merged.merge(given) { _, given in given }
        }
        if let error = event.error, merged["error"] == nil {
            merged["error"] = "\(error)"
        }
        return merged
    }
}
