/// A number of bytes as a header field states it.
enum StatedSize {
    /// The largest that is believed, 256 TiB: sums and differences of such numbers cannot overflow.
    static let maximum = 1 << 48

    /// Reads decimal digits; nil when there is anything else, or more than is believed.
    static func parse(_ text: some StringProtocol) -> Int? {
        guard (1...16).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let size = Int(text), size <= maximum
        else { return nil }
        return size
    }
}
