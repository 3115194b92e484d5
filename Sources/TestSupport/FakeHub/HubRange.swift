/// What a `Range` header asks for (RFC 9110, section 14). Several ranges, or another unit, count as none.
enum HubRange: Equatable {
    case whole
    case part(Range<Int>)
    case unsatisfiable

    init(header: String?, count: Int) {
        self = .whole
        guard let header, header.hasPrefix("bytes=") else { return }
        let ends = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return }
        if ends[0].isEmpty {
            guard let length = Int(ends[1]), length >= 0 else { return }
            self = length == 0 || count == 0 ? .unsatisfiable : .part(max(0, count - length)..<count)
            return
        }
        guard let first = Int(ends[0]), first >= 0 else { return }
        guard let last = ends[1].isEmpty ? Int.max - 1 : Int(ends[1]), last >= first else { return }
        self = first >= count ? .unsatisfiable : .part(first..<min(last + 1, count))
    }
}
