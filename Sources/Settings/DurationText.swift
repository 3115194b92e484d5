/// The spelling of durations in the settings: whole numbers with `d`, `h`, `m` or `s`, the larger unit first.
/// `30s`, `5m`, `1h30m`, `1d`; only zero may go without a unit.
enum DurationText {
    /// A hundred years: more is a slip, and sums of such durations cannot overflow.
    private static let longest = 36_525 * 86_400

    /// Reads a duration of up to a hundred years.
    static func parse(_ text: String) throws(InvalidValue) -> Duration {
        if text == "0" { return .zero }
        let advice = "write it like 30s, 5m, 1h30m or 1d"
        guard !text.isEmpty else { throw InvalidValue("the duration is empty", do: advice) }
        guard !text.utf8.allSatisfy({ DecimalDigits.value(of: $0) != nil }) else {
            throw InvalidValue(
                "\(InvalidValue.quote(text)) has no unit", do: "add one, such as \(text.prefix(8))s for seconds")
        }
        var total = 0
        var number: Int?
        var smallest = Int.max
        for byte in text.utf8 {
            if let digit = DecimalDigits.value(of: byte) {
                number = min((number ?? 0) * 10 + digit, longest + 1)
                continue
            }
            guard let count = number, let unit = seconds(in: byte), unit < smallest else {
                throw InvalidValue("\(InvalidValue.quote(text)) is not a duration", do: advice)
            }
            total = min(total + min(count, longest / unit + 1) * unit, longest + 1)
            smallest = unit
            number = nil
        }
        guard number == nil else {
            throw InvalidValue("\(InvalidValue.quote(text)) ends without a unit", do: advice)
        }
        guard total <= longest else {
            throw InvalidValue("\(InvalidValue.quote(text)) is over a hundred years", do: "write a shorter duration")
        }
        return .seconds(total)
    }

    private static func seconds(in unit: UInt8) -> Int? {
        switch unit {
        case UInt8(ascii: "s"): 1
        case UInt8(ascii: "m"): 60
        case UInt8(ascii: "h"): 3600
        case UInt8(ascii: "d"): 86_400
        default: nil
        }
    }
}
