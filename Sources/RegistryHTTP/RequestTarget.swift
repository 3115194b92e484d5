import Upstream

/// A request's path and query, decoded.
struct RequestTarget: Sendable, Hashable {
    /// The path's segments behind the first slash, percent-decoded; a trailing slash gives an empty last one.
    let segments: [String]
    private let query: [String: String]

    /// Reads an origin-form target, `/v2/a/tags/list?n=5`, or an absolute-form one, as clients send that take this server
    /// for a proxy (RFC 9112 section 3.2.2); nil when its percent-encoding or its UTF-8 is broken.
    init?(_ text: String) {
        let parts = Self.withoutAuthority(text).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.first == "/" else { return nil }
        var segments: [String] = []
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let decoded = Self.decode(segment, plusIsSpace: false) else { return nil }
            segments.append(decoded)
        }
        self.segments = segments
        var query: [String: String] = [:]
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(halves[0], plusIsSpace: true),
                let value = Self.decode(halves.count > 1 ? halves[1] : "", plusIsSpace: true)
            else { return nil }
            if query[name] == nil { query[name] = value }
        }
        self.query = query
    }

    /// The first value of a query parameter.
    subscript(parameter: String) -> String? { query[parameter] }

    /// `text` as the value of a query parameter.
    static func encode(_ text: String) -> String {
        QueryEncoding.encode(text, keeping: "~/:")
    }

    private static func withoutAuthority(_ text: String) -> Substring {
        guard !text.hasPrefix("/"),
            let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) })
        else { return text[...] }
        let rest = text.dropFirst(scheme.count)
        guard let slash = rest.firstIndex(of: "/") else { return "/" }
        return rest[slash...]
    }

    private static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
