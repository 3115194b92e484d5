/// Which bytes of some content a `Range` header asks for, RFC 9110 section 14.
enum ByteRange: Sendable, Hashable {
    /// All of them: there is no range, or one that may be ignored (several ranges, another unit, malformed).
    case whole
    /// These; never empty.
    case part(Range<Int>)
    /// None of the content's.
    case unsatisfiable

    /// What `field` asks of content of `size` bytes.
    init(_ field: String?, size: Int) {
        guard let field, field.lowercased().hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let ends = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.filter { $0 != " " } }
        guard ends.count == 2, ends.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else {
            self = .whole
            return
        }
        switch (Self.number(ends[0]), Self.number(ends[1])) {
        case (let first?, let last?) where first > last: self = .whole
        case (let first?, let last?):
            self = first < size ? .part(first..<(min(last, size - 1) + 1)) : .unsatisfiable
        case (let first?, nil): self = first < size ? .part(first..<size) : .unsatisfiable
        case (nil, let count?):
            self = count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
        case (nil, nil): self = .whole
        }
    }
    /// The number that `digits` are; the largest there is for one beyond it.
    private static func number(_ digits: String) -> Int? { digits.isEmpty ? nil : Int(digits) ?? .max }
}
