/// A `Content-Range` header of a 206, RFC 9110 section 14.4: `bytes 0-99/200`.
struct ContentRange: Sendable, Hashable {
    /// The first byte's position.
    let start: Int
    /// The size of the whole, if stated.
    let total: Int?

    /// Reads the field; nil when malformed.
    init?(_ field: String) {
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
        let range = parts[1].split(separator: "/", omittingEmptySubsequences: false)
        guard range.count == 2 else { return nil }
        let ends = range[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = StatedSize.parse(ends[0]), let end = StatedSize.parse(ends[1]), end >= start
        else { return nil }
        let total = StatedSize.parse(range[1])
        guard range[1] == "*" || (total ?? -1) > end else { return nil }
        self.start = start
        self.total = total
    }
}
