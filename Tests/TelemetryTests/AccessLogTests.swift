import Foundation
import Telemetry
import Testing

@Suite("The access log")
struct AccessLogTests {
    private static let record = AccessRecord(
        client: "192.168.0.7", method: "GET", target: "/v2/library/ubuntu/manifests/latest", status: 200,
        repository: "docker.io/library/ubuntu", reference: "latest", outcome: "hit", bytes: 1234,
        duration: .microseconds(1234), userAgent: "docker/29.0 go/go1.25")
    private static let hostile = "a\"b\\c\nd\u{1B}[2J\u{7F}\u{85}\u{202E}\u{E0041}é\0 "

    private func line(_ record: AccessRecord, _ format: LogFormat) throws -> String {
        try CapturedLog.of(format) { AccessLog(sink: $0, format: format, clock: moment).write(record) }
    }

    @Test("a line of text")
    func text() throws {
        #expect(
            try line(Self.record, .text)
                == "2026-11-23T18:12:17.123Z info  GET /v2/library/ubuntu/manifests/latest client=192.168.0.7 status=200 "
                + "outcome=hit repository=docker.io/library/ubuntu reference=latest bytes=1234 duration=1.234ms "
                + "agent=\"docker/29.0 go/go1.25\"\n")
    }

    @Test("a line of JSON")
    func json() throws {
        #expect(
            try line(Self.record, .json)
                == #"{"time":"2026-11-23T18:12:17.123Z","level":"info","label":"access","method":"GET","#
                + #""target":"/v2/library/ubuntu/manifests/latest","client":"192.168.0.7","status":200,"outcome":"hit","#
                + #""repository":"docker.io/library/ubuntu","reference":"latest","bytes":1234,"duration_ms":1.234,"#
                + #""agent":"docker/29.0 go/go1.25"}"# + "\n")
    }

    @Test("what is not known is left out", arguments: [LogFormat.text, .json])
    func leftOut(format: LogFormat) throws {
        let record = AccessRecord(
            client: "::1", method: "GET", target: "/v2/", status: 200, outcome: "ok", bytes: 2, duration: .zero)
        let line = try line(record, format)
        for key in ["repository", "reference", "agent"] { #expect(!line.contains(key)) }
    }

    @Test("no text from outside can forge a line or steer a terminal")
    func hostileText() throws {
        var record = Self.record
        record.target = Self.hostile
        record.userAgent = "x\" status=200\n2026-11-23T18:12:17.123Z info  forged"
        let text = try line(record, .text)
        #expect(text.contains(#"GET "a\"b\\c\nd\u{1b}[2J\u{7f}\u{85}\u{202e}\u{e0041}é\u{0} " client="#))
        #expect(text.contains(#"agent="x\" status=200\n2026-11-23T18:12:17.123Z info  forged""#))
        #expect(text.split(separator: "\n").count == 1)
    }

    @Test("every character is seen at every place in a text", arguments: [LogFormat.text, .json])
    func everyPlace(format: LogFormat) throws {
        for value in 0...0x7F {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isPlain = value > 0x20 && value < 0x7F && scalar != "\"" && scalar != "\\"
            for place in [0, 3, 7, 8, 15, 16, 18] {
                var record = Self.record
                var target = Array(repeating: "a" as Unicode.Scalar, count: 19)
                target[place] = scalar
                record.target = String(String.UnicodeScalarView(target))
                let line = try line(record, format)
                switch format {
                case .text: #expect(line.contains(" GET \(record.target) client=") == isPlain)
                case .json: #expect(line.contains("\"\(record.target)\"") == (isPlain || scalar == " "))
                }
            }
        }
    }

    @Test("hostile text comes back whole from JSON")
    func hostileJSON() throws {
        var record = Self.record
        record.target = Self.hostile
        let text = try line(record, .json)
        #expect(text.unicodeScalars.dropLast().allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["target"] as? String == Self.hostile)
        #expect(object["duration_ms"] as? Double == 1.234)
    }

    @Test(
        "durations are milliseconds with three decimals",
        arguments: [
            (Duration.zero, "0.000"), (.nanoseconds(999), "0.000"), (.microseconds(7), "0.007"),
            (.seconds(61) + .milliseconds(5), "61005.000"), (.seconds(-1), "0.000"), (.seconds(Int64.max), "0.000"),
        ])
    func durations(duration: Duration, expected: String) throws {
        var record = Self.record
        record.duration = duration
        #expect(try line(record, .text).contains(" duration=\(expected)ms "))
    }

    @Test(
        "times of day and dates, leap days too",
        arguments: [
            (0, "1970-01-01T00:00:00.123Z"), (951_782_400, "2000-02-29T00:00:00.123Z"),
            (4_107_542_399, "2100-02-28T23:59:59.123Z"), (4_107_542_400, "2100-03-01T00:00:00.123Z"),
            (1_735_689_599, "2024-12-31T23:59:59.123Z"), (-1, "1969-12-31T23:59:59.123Z"),
        ] as [(Int64, String)])
    func times(seconds: Int64, expected: String) throws {
        let line = try CapturedLog.of { sink in
            AccessLog(sink: sink, format: .text) { WallTime(seconds: seconds, milliseconds: 123) }.write(Self.record)
        }
        #expect(line.hasPrefix(expected))
    }

    @Test("the system's clock agrees with Foundation's")
    func now() {
        let time = WallTime.now()
        let seconds = Double(time.seconds) + Double(time.milliseconds) / 1000
        #expect(abs(Date().timeIntervalSince1970 - seconds) < 60)
    }
}
