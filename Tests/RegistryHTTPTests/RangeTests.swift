import OCI
import TestSupport
import Testing

@testable import RegistryHTTP

@Suite("Ranges")
struct RangeTests {
    @Test(
        "a Range of ten bytes",
        arguments: [
            (nil, ByteRange.whole), ("", .whole), ("bytes=0-0", .part(0..<1)), ("bytes=0-", .part(0..<10)),
            ("bytes=3-5", .part(3..<6)), ("BYTES=3-5", .part(3..<6)), ("bytes=9-9", .part(9..<10)),
            ("bytes=9-100", .part(9..<10)), ("bytes= 1 - 2 ", .part(1..<3)), ("bytes=10-", .unsatisfiable),
            ("bytes=10-20", .unsatisfiable), ("bytes=-3", .part(7..<10)), ("bytes=-10", .part(0..<10)),
            ("bytes=-11", .part(0..<10)), ("bytes=-0", .unsatisfiable), ("bytes=5-3", .whole), ("bytes=-", .whole),
            ("bytes=", .whole), ("bytes=a-b", .whole), ("bytes=1", .whole), ("bytes=0-1,3-4", .whole),
            ("bytes=1--2", .whole), ("bytes=+1-2", .whole), ("bytes=٣-٥", .whole), ("items=0-1", .whole),
            ("bytes=0-9223372036854775807", .part(0..<10)), ("bytes=0-99999999999999999999", .part(0..<10)),
            ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=-99999999999999999999", .part(0..<10)),
            ("bytes=9223372036854775807-9223372036854775807", .unsatisfiable),
        ] as [(String?, ByteRange)])
    func ofTen(field: String?, range: ByteRange) {
        #expect(ByteRange(field, size: 10) == range)
    }

    @Test("an empty content has no part", arguments: ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0"])
    func ofNone(field: String) {
        #expect(ByteRange(field, size: 0) == .unsatisfiable)
    }

    @Test(
        "the range of a chunk",
        arguments: [
            ("0-99", 0, 100), ("100-100", 100, 1), ("bytes 5-9", 5, 5), ("bytes 5-9/10", 5, 5), ("5-9/*", 5, 5),
            ("0--1", nil, nil), ("5-4", 5, 0), ("5-3", nil, nil), ("", nil, nil), ("a-b", nil, nil), ("5", nil, nil),
            ("-5", nil, nil), ("5-", nil, nil), ("0-9223372036854775807", nil, nil),
            ("9223372036854775807-9223372036854775807", .max, 1),
            ("99999999999999999999-99999999999999999999", nil, nil),
        ] as [(String, Int?, Int?)])
    func chunk(field: String, start: Int?, count: Int?) throws {
        if let start, let count {
            let range = try #require(try UploadRange(field))
            #expect(range.start == start)
            #expect(range.count == count)
        } else {
            #expect {
                _ = try UploadRange(field)
            } throws: { error in
                (error as? RegistryError)?.code == .rangeInvalid
            }
        }
    }

    @Test("no Content-Range is no range")
    func noChunk() throws {
        #expect(try UploadRange(nil) == nil)
    }

    @Test("no text makes either trap, and no part leaves the content")
    func fuzz() {
        var random = SeededGenerator(seed: 3)
        let pieces = [
            "bytes", "=", "-", "0", "9", "9223372036854775807", "9223372036854775808", ",", " ", "/", "*", "\u{301}",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0..<8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            let size = Int.random(in: 0..<20, using: &random)
            for field in [text, "bytes=\(text)"] {
                if case .part(let part) = ByteRange(field, size: size) {
                    #expect(!part.isEmpty && part.lowerBound >= 0 && part.upperBound <= size)
                }
                if let range = try? UploadRange(field) { #expect(range.start >= 0 && range.count >= 0) }
            }
        }
    }
}
