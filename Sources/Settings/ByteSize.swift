/// A number of bytes as it is written in the settings: a whole number and one of `kB MB GB TB` (powers of 1000) or
/// `KiB MiB GiB TiB` (powers of 1024); only zero may go without a unit.
package struct ByteSize: Sendable, Hashable, Comparable {
    private static let units: [(name: String, bytes: Int)] = [
        ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ]

    /// Never negative.
    package let bytes: Int

    /// Reads a size.
    package init(_ text: String) throws(InvalidValue) {
        let advice = "write it like 500MB or 20GiB"
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text[digits.endIndex...]
        guard !digits.isEmpty else { throw InvalidValue("\(InvalidValue.quote(text)) is not a size", do: advice) }
        guard let count = Int(digits) else {
            throw InvalidValue("\(InvalidValue.quote(text)) is too large", do: "write a smaller size")
        }
        if unit.isEmpty {
            guard count == 0 else {
                throw InvalidValue("\(InvalidValue.quote(text)) has no unit", do: advice)
            }
            bytes = 0
            return
        }
        guard let factor = Self.units.first(where: { $0.name == unit })?.bytes else {
            throw InvalidValue(
                "\(InvalidValue.quote(String(unit))) is not a unit", do: "use kB MB GB TB KiB MiB GiB or TiB")
        }
        let (product, overflow) = count.multipliedReportingOverflow(by: factor)
        guard !overflow else {
            throw InvalidValue("\(InvalidValue.quote(text)) is too large", do: "write a smaller size")
        }
        bytes = product
    }

    package static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }
}
