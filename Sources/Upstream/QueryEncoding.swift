/// Percent-encoding of the values of query parameters, RFC 3986 section 2.1.
package enum QueryEncoding {
    /// `text` with all but letters, digits, `-`, `.`, `_` and the ASCII characters of `kept` percent-encoded.
    package static func encode(_ text: String, keeping kept: StaticString = "") -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        let kept = kept.withUTF8Buffer { Array($0) }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                bytes.append(byte)
            case _ where kept.contains(byte): bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
