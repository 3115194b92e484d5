import FoundationEssentials

/// The wall clock, injected so that tests can turn it.
package struct WallClock: Sendable {
    /// The present moment.
    package let now: @Sendable () -> Timestamp

    /// A clock that asks `now`.
    package init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

    /// The system's clock.
    package static let system = WallClock {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
}
