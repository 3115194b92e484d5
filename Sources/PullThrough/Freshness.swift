package import Catalog

/// Decides whether a cached tag may be served unasked. A value.
package struct Freshness: Sendable, Hashable {
    /// How long a cached tag is served before the upstream is asked again; zero asks every time.
    package let limit: Duration

    /// A freshness of `limit`.
    package init(limit: Duration) { self.limit = limit }

    /// Whether what was checked at `checkedAt` is still fresh. A check in the future, after the clock was set back,
    /// counts as none.
    package func isFresh(checkedAt: Timestamp, now: Timestamp) -> Bool {
        let age = now.since(checkedAt)
        return age >= .zero && age < limit
    }

    /// The moment from which what was checked at `checkedAt` is no longer fresh.
    package func end(checkedAt: Timestamp) -> Timestamp { checkedAt.advanced(by: limit) }
}
