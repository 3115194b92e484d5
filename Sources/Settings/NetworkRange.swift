/// A network in CIDR notation, or a single address.
///
/// An IPv4 network holds the IPv4-mapped IPv6 addresses too (they are the same addresses); an IPv6 network holds no
/// IPv4 addresses, so `::/0` means all of IPv6 and nothing else.
package struct NetworkRange: Sendable, Hashable, CustomStringConvertible {
    private let first: IPAddress
    /// 0 to 128, counted in the 128-bit form.
    private let prefix: Int

    /// The networks that the word `private` stands for: loopback, RFC 1918, unique-local and link-local.
    package static let privateNetworks: [NetworkRange] = [
        NetworkRange(first: IPAddress(v4: 0x7F00_0000), prefix: 96 + 8),
        NetworkRange(first: IPAddress(high: 0, low: 1), prefix: 128),
        NetworkRange(first: IPAddress(v4: 0x0A00_0000), prefix: 96 + 8),
        NetworkRange(first: IPAddress(v4: 0xAC10_0000), prefix: 96 + 12),
        NetworkRange(first: IPAddress(v4: 0xC0A8_0000), prefix: 96 + 16),
        NetworkRange(first: IPAddress(high: 0xFC00_0000_0000_0000, low: 0), prefix: 7),
        NetworkRange(first: IPAddress(v4: 0xA9FE_0000), prefix: 96 + 16),
        NetworkRange(first: IPAddress(high: 0xFE80_0000_0000_0000, low: 0), prefix: 10),
    ]

    private init(first: IPAddress, prefix: Int) {
        self.first = IPAddress(
            high: first.high & Self.mask(prefix), low: first.low & Self.mask(prefix - 64))
        self.prefix = prefix
    }

    /// Reads `10.0.0.0/8`, `fd00::/8`, or one address. Bits behind the prefix are dropped.
    package init(_ text: String) throws(InvalidValue) {
        let advice = "write a network such as 10.0.0.0/8, an address, or private"
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.contains("%"), let address = IPAddress(String(name)) else {
            throw InvalidValue("\(InvalidValue.quote(text)) is not a network", do: advice)
        }
        let dotted = !name.contains(":")
        var prefix = 128
        if parts.count > 1 {
            let most = dotted ? 32 : 128
            // Three digits at most, so `PortNumber`'s rules (digits only, no sign) are the right ones here too.
            guard let bits = PortNumber.parse(parts[1]), bits <= most else {
                throw InvalidValue("\(InvalidValue.quote(text)) has a prefix that is not 0 to \(most)", do: advice)
            }
            prefix = dotted ? 96 + bits : bits
        }
        self.init(first: address, prefix: prefix)
    }

    /// Reads what may stand in a list of networks: a network, an address, or the word `private`.
    package static func networks(_ text: String) throws(InvalidValue) -> [NetworkRange] {
        text == "private" ? privateNetworks : [try NetworkRange(text)]
    }

    /// Whether `address` is in this network.
    package func contains(_ address: IPAddress) -> Bool {
        address.high & Self.mask(prefix) == first.high && address.low & Self.mask(prefix - 64) == first.low
            && (prefix >= 96 || !address.isIPv4)
    }

    /// CIDR notation.
    package var description: String {
        first.isIPv4 && prefix >= 96 ? "\(first)/\(prefix - 96)" : "\(first)/\(prefix)"
    }

    /// The highest `bits` of 64 set; less than none and more than all are taken as none and all.
    private static func mask(_ bits: Int) -> UInt64 {
        bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
    }
}
