import Foundation

/// An IPv4 or IPv6 address as one 128-bit number. An IPv4 address is kept as its IPv4-mapped IPv6 address
/// (RFC 4291 §2.5.5.2), so `10.0.0.1` and `::ffff:10.0.0.1` are one and the same value.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// The first eight bytes, in network order.
    package let high: UInt64
    /// The last eight bytes, in network order.
    package let low: UInt64

    /// An address from its two halves, each in network order.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address from its 32 bits, the first octet in the highest byte.
    package init(v4 bits: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(bits))
    }

    /// Reads the usual notations (RFC 4291 §2.2 and dotted decimal). A zone (`%eth0`) is ignored: it says by which
    /// interface to reach the address, not which address it is.
    package init?(_ text: String) {
        let address = text.prefix { $0 != "%" }
        // The C functions would stop at a NUL; 45 is the longest notation.
        guard (2...45).contains(address.utf8.count), !address.utf8.contains(0) else { return nil }
        if address.contains(":") {
            var raw = in6_addr()
            guard inet_pton(AF_INET6, String(address), &raw) == 1 else { return nil }
            self = withUnsafeBytes(of: &raw) { bytes in
                IPAddress(
                    high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                    low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
            }
        } else {
            var raw = in_addr()
            guard address.utf8.count == text.utf8.count, inet_pton(AF_INET, String(address), &raw) == 1 else {
                return nil
            }
            self.init(v4: UInt32(bigEndian: raw.s_addr))
        }
    }

    /// Whether this is an IPv4 address, mapped or not.
    package var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// Dotted decimal for IPv4, RFC 5952 for IPv6.
    package var description: String {
        if isIPv4 {
            return [24, 16, 8, 0].map { String((low >> $0) & 0xFF) }.joined(separator: ".")
        }
        var raw = in6_addr()
        withUnsafeMutableBytes(of: &raw) { bytes in
            bytes.storeBytes(of: high.bigEndian, toByteOffset: 0, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard let start = buffer.baseAddress, inet_ntop(AF_INET6, &raw, start, socklen_t(buffer.count)) != nil
            else {
                return "?"
            }
            return String(cString: start)
        }
    }
}
