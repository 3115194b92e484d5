/// A `Retry-After` header, RFC 9110 section 10.2.3.
enum RetryAfter {
    /// The longest wait that is believed.
    static let maximum = 24 * 3600

    /// The number of seconds it states; nil when there is none, or for a date, which upstreams of this kind do not send.
    static func seconds(_ field: String?) -> Int? {
        guard let field, let seconds = Int(field), seconds >= 0 else { return nil }
        return min(seconds, maximum)
    }
}
