/// How a pull was answered.
package enum Outcome: String, Sendable, Hashable {
    /// From the store.
    case hit
    /// While fetching from the upstream.
    case miss
    /// From the store past its freshness, because the upstream could not be asked.
    case stale
}
