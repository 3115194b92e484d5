import Foundation
import Logging
import Telemetry
import Testing

@Suite("The log handler")
struct RoostLogHandlerTests {
    private struct Broken: Error, CustomStringConvertible {
        let description = "it broke"
    }

    private func output(_ format: LogFormat, _ body: (inout Logger) -> Void) throws -> String {
        try CapturedLog.of(format) { sink in
            var logger = Logger(label: "roost") { label in
                RoostLogHandler(label: label, sink: sink, format: format, level: .debug, clock: moment)
            }
            body(&logger)
        }
    }

    @Test("a line of text has time, level, message and sorted metadata")
    func text() throws {
        let output = try output(.text) { logger in
            logger[metadataKey: "b"] = "two words"
            logger.info("filled", metadata: ["a": "1", "c": ["x", "y"]])
            logger.trace("not shown")
            logger.warning("slow", metadata: ["b": ""])
        }
        #expect(
            output == "2026-11-23T18:12:17.123Z info  filled a=1 b=\"two words\" c=\"[\\\"x\\\", \\\"y\\\"]\"\n"
                + "2026-11-23T18:12:17.123Z warning slow b=\"\"\n")
    }

    @Test("a line of JSON nests the metadata")
    func json() throws {
        let output = try output(.json) { logger in
            logger[metadataKey: "message"] = "not the message"
            logger.error("bad \"thing\"", metadata: ["list": ["x", ["k": "v"]], "n": .stringConvertible(7)])
            logger.info("plain", metadata: [:])
        }
        let lines = output.split(separator: "\n")
        #expect(
            lines.first.map(String.init)
                == #"{"time":"2026-11-23T18:12:17.123Z","level":"error","label":"roost","message":"bad \"thing\"","#
                + #""metadata":{"list":["x",{"k":"v"}],"message":"not the message","n":"7"}}"#)
        for line in lines {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
        }
    }

    @Test("an error given with a message is shown")
    func error() throws {
        let output = try output(.text) { $0.error("failed", error: Broken()) }
        #expect(output.hasSuffix(" error failed error=\"it broke\"\n"))
    }

    @Test("metadata of a provider is shown, and what is nearer to the call wins")
    func provider() throws {
        let output = try CapturedLog.of { sink in
            var handler = RoostLogHandler(label: "roost", sink: sink, format: .text, clock: moment)
            handler.metadataProvider = Logger.MetadataProvider { ["a": "provider", "b": "provider", "c": "provider"] }
            handler[metadataKey: "b"] = "handler"
            handler[metadataKey: "c"] = "handler"
            let logger = Logger(label: "roost") { [handler] _ in handler }
            logger.info("hello", metadata: ["c": "call"])
        }
        #expect(output.hasSuffix("hello a=provider b=handler c=call\n"))
    }

    @Test("a message or a key cannot forge a line", arguments: [LogFormat.text, .json])
    func forging(format: LogFormat) throws {
        let output = try output(format) { $0.info("a\nb\r\u{2028}\u{1B}[0m", metadata: ["k\n": "v\n"]) }
        #expect(output.split(whereSeparator: \.isNewline).count == 1)
        #expect(!output.contains("\u{1B}"))
    }
}
