import Foundation

/// A moment in UTC, as precise as a log line shows it.
package struct WallTime: Sendable, Hashable {
    /// Asks what time it is.
    package typealias Clock = @Sendable () -> WallTime

    /// Since 1970-01-01T00:00:00Z, without leap seconds.
    package let seconds: Int64
    /// 0 to 999.
    package let milliseconds: Int

    /// A moment from its parts; `milliseconds` is taken modulo 1000.
    package init(seconds: Int64, milliseconds: Int = 0) {
        self.seconds = seconds
        self.milliseconds = ((milliseconds % 1000) + 1000) % 1000
    }

    /// The time of the system's clock.
    package static func now() -> WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(seconds: Int64(time.tv_sec), milliseconds: Int(time.tv_nsec / 1_000_000))
    }

    /// Year, month and day of the proleptic Gregorian calendar. Counted in years that begin in March, so that the leap
    /// day is the last of its year, and in cycles of 400 years, which all have 146,097 days.
    var date: (year: Int, month: Int, day: Int) {
        let days = Self.floorDivide(Int(seconds), 86_400) + 719_468
        let cycle = Self.floorDivide(days, 146_097)
        let dayOfCycle = days - cycle * 146_097
        let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// Hours, minutes and seconds of the day.
    var timeOfDay: (hour: Int, minute: Int, second: Int) {
        let second = Int(seconds) - Self.floorDivide(Int(seconds), 86_400) * 86_400
        return (second / 3600, second / 60 % 60, second % 60)
    }

    private static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
    }
}
