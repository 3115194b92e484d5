/// The bytes of one line under construction. What comes from outside goes in through a method that escapes it, so
/// that no text can end the line, forge a second one, or move a terminal's cursor.
struct LogLine {
    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(384)
    }

    /// Text of our own, taken as it is.
    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// A decimal number.
    mutating func append(_ number: Int) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        append(digitsOf: number.magnitude, atLeast: 1)
    }

    /// `2026-11-23T18:12:17.123Z` (RFC 3339). Computed anew for each line: that is a dozen divisions, less than taking
    /// a lock around a remembered second would cost.
    mutating func append(_ time: WallTime) {
        let (year, month, day) = time.date
        let (hour, minute, second) = time.timeOfDay
        append(digitsOf: year.magnitude, atLeast: 4)
        append("-")
        append(digitsOf: month.magnitude, atLeast: 2)
        append("-")
        append(digitsOf: day.magnitude, atLeast: 2)
        append("T")
        append(digitsOf: hour.magnitude, atLeast: 2)
        append(":")
        append(digitsOf: minute.magnitude, atLeast: 2)
        append(":")
        append(digitsOf: second.magnitude, atLeast: 2)
        append(".")
        append(digitsOf: time.milliseconds.magnitude, atLeast: 3)
        append("Z")
    }

    /// Milliseconds with three decimals, without a unit.
    mutating func appendMilliseconds(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0, seconds < 1 << 40 else {
            append("0.000")
            return
        }
        let microseconds = UInt(seconds) * 1_000_000 + UInt(attoseconds / 1_000_000_000_000)
        append(digitsOf: microseconds / 1000, atLeast: 1)
        append(".")
        append(digitsOf: microseconds % 1000, atLeast: 3)
    }

    /// A value of the text format: bare where that is unmistakable, else in double quotes with escapes.
    mutating func appendValue(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            if !utf8.isEmpty, Escaping.arePlain(utf8, spaces: false) {
                bytes.append(contentsOf: utf8)
            } else {
                bytes.append(UInt8(ascii: "\""))
                Escaping.text(quoted: true).append(utf8, to: &bytes)
                bytes.append(UInt8(ascii: "\""))
            }
        }
    }

    /// A sentence of the text format: spaces and quotes stay, whatever could break the line is escaped.
    mutating func appendSentence(_ text: String) {
        var text = text
        text.withUTF8 { Escaping.text(quoted: false).append($0, to: &bytes) }
    }

    /// A JSON string with its quotes (RFC 8259 §7).
    mutating func appendJSON(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { Escaping.json.append($0, to: &bytes) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(digitsOf number: UInt, atLeast width: Int) {
        if number < 10, width == 1 {
            bytes.append(UInt8(ascii: "0") + UInt8(number))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = number
            var start = 20
            while rest > 0 || start > 20 - width {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }
}
