import Testing

@testable import Upstream

@Suite("Numbers in header fields")
struct HeaderValueTests {
    @Test(
        "a content range is read",
        arguments: [
            ("bytes 0-99/200", 0, 200), ("bytes 5-5/6", 5, 6), ("BYTES 7-8/*", 7, nil), ("bytes 100-199/200", 100, 200),
        ] as [(String, Int, Int?)])
    func ranges(_ field: String, _ start: Int, _ total: Int?) throws {
        let range = try #require(ContentRange(field))
        #expect(range.start == start)
        #expect(range.total == total)
    }

    @Test(
        "a content range that contradicts itself or cannot be held is none",
        arguments: [
            "", "bytes", "bytes ", "bytes */200", "bytes 5-4/10", "bytes 0-10/10", "bytes 0-9/0", "bytes -1-5/10",
            "bytes +1-5/10", "bytes 1-+5/10", "bytes 0-5/+10", "bytes 0-5/-10", "items 0-5/10", "bytes 0-5",
            "bytes 0/10",
            "bytes 0-5/10/20", "bytes 0-5-6/10", "bytes 0-9223372036854775807/*", "bytes 9223372036854775807-9/*",
            "bytes 0-5/9223372036854775807", "bytes 0-99999999999999999999/*",
        ])
    func badRanges(_ field: String) {
        #expect(ContentRange(field) == nil)
    }

    @Test(
        "a size is digits, and no more than arithmetic can hold",
        arguments: [
            ("0", 0), ("42", 42), ("0042", 42), ("281474976710656", 1 << 48), ("281474976710657", nil),
            ("9223372036854775807", nil), ("18446744073709551616", nil), ("", nil), ("+1", nil), ("-1", nil),
            (" 1", nil),
            ("1 ", nil), ("0x10", nil), ("1e3", nil), ("١", nil),
        ] as [(String, Int?)])
    func sizes(_ text: String, _ size: Int?) {
        #expect(StatedSize.parse(text) == size)
    }

    @Test(
        "Retry-After is whole seconds, a day at most",
        arguments: [
            ("0", 0), ("17", 17), ("86400", 86400), ("999999999", 86400), (nil, nil), ("", nil), ("-5", nil),
            ("soon", nil), ("1.5", nil), ("Wed, 21 Oct 2015 07:28:00 GMT", nil), ("99999999999999999999", nil),
        ] as [(String?, Int?)])
    func retryAfter(_ field: String?, _ seconds: Int?) {
        #expect(RetryAfter.seconds(field) == seconds)
    }

    @Test("no field traps, and what is read makes sense")
    func fuzz() {
        let pieces = ["bytes ", "0", "9", "99", "-", "/", "*", "9223372036854775807", " ", "18446744073709551615", "+"]
        for field in HeaderFuzz(seed: 12, count: 50_000, pieces: pieces) {
            _ = RetryAfter.seconds(field)
            if let size = StatedSize.parse(field) { #expect((0...StatedSize.maximum).contains(size)) }
            if let range = ContentRange(field), let total = range.total { #expect(range.start < total) }
        }
    }
}
