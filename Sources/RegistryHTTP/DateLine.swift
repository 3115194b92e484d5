import Catalog
import Synchronization

/// The `Date` header field of the present second, RFC 9110 section 5.6.7, with its line end.
final class DateLine: Sendable {
    private let cached = Mutex<(second: Int64, line: String)>((.min, ""))

    /// The line for `now`.
    func line(_ now: Timestamp) -> String {
        let second = now.milliseconds / 1000
        return cached.withLock { cached in
            if cached.second != second { cached = (second, "date: \(Self.text(second))\r\n") }
            return cached.line
        }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`; a clock that stands before 1970 is taken for one that stands at it.
    static func text(_ second: Int64) -> String {
        let second = max(0, second)
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = Int(second / 86400)
        // Days since 0000-03-01, in eras of 400 years: the civil calendar without tables.
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * monthIndex + 2) / 5 + 1
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = Int(second % 86400)
        return
            "\(days[day % 7]), \(two(dayOfMonth)) \(months[month - 1]) \(year) \(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60)) GMT"
    }
}
