import Catalog
import Foundation
import TestSupport
import Testing

@testable import RegistryHTTP

@Suite("The Date header")
struct DateLineTests {
    private static func expected(_ second: Int64) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.calendar = Calendar(identifier: .gregorian)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: Date(timeIntervalSince1970: TimeInterval(second)))
    }

    @Test(
        "moments on the edge of days, leap years and centuries",
        arguments: [
            0, 59, 86_399, 86_400, 784_111_777, 951_782_399, 951_782_400, 951_868_800, 1_709_164_800, 1_709_251_199,
            4_107_542_399, 4_107_542_400, 253_402_300_799,
        ] as [Int64])
    func edges(second: Int64) {
        #expect(DateLine.text(second) == Self.expected(second))
    }

    @Test("the example of RFC 9110")
    func example() {
        #expect(DateLine.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test("two thousand moments are written as Foundation writes them")
    func random() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            let second = Int64.random(in: 0..<253_402_300_800, using: &random)
            #expect(DateLine.text(second) == Self.expected(second))
        }
    }

    @Test("a clock before 1970 does no harm", arguments: [-1, -86_401, Int64.min / 1000])
    func before1970(second: Int64) {
        #expect(DateLine.text(second) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }

    @Test("the line follows the clock, forwards and back")
    func follows() {
        let line = DateLine()
        for milliseconds in [0, 999, 1000, 500] as [Int64] {
            let expected = "date: \(DateLine.text(milliseconds / 1000))\r\n"
            #expect(line.line(Timestamp(milliseconds: milliseconds)) == expected)
        }
    }
}
