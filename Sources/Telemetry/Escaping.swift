/// How characters are written that must not stand in a log line as they are.
enum Escaping {
    /// For the text format: `\n`, `\u{1b}`; within quotes also `\"` and `\\`.
    case text(quoted: Bool)
    /// For JSON strings: `\n`, `\u001b`, `\"`, `\\`.
    case json

    /// Whether all bytes can stand in a value as they are: printable ASCII other than quotes and backslashes, spaces
    /// only if wanted. Looks at eight at a time: nearly every text of an access log is so, and to see that is most of
    /// the work of writing it.
    static func arePlain(_ utf8: UnsafeBufferPointer<UInt8>, spaces: Bool) -> Bool {
        let lowest: UInt8 = spaces ? 0x20 : 0x21
        let raw = UnsafeRawBufferPointer(utf8)
        var offset = 0
        while offset + 8 <= raw.count {
            if hasUnusual(raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self), lowest: lowest) { return false }
            offset += 8
        }
        return raw[offset...].allSatisfy { byte in
            byte >= lowest && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        }
    }

    /// Whether any of eight bytes is below `lowest`, above `~`, a quote or a backslash. A borrow or carry from one
    /// byte into the next can only come from a byte that is, so it never changes the answer.
    private static func hasUnusual(_ bytes: UInt64, lowest: UInt8) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tooLow = (bytes &- ones &* UInt64(lowest)) & ~bytes
        let tooHigh = bytes | (bytes &+ ones)
        let quotes = bytes ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = bytes ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let special = ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
        return (tooLow | tooHigh | special) & (ones &* 0x80) != 0
    }

    /// Appends well-formed UTF-8, escaped.
    func append(_ utf8: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        if Self.arePlain(utf8, spaces: true) {
            bytes.append(contentsOf: utf8)
            return
        }
        for scalar in String(decoding: utf8, as: UTF8.self).unicodeScalars {
            if let letter = shortEscape(scalar) {
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(letter)
            } else if Self.isVisible(scalar) {
                bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            } else {
                appendNumber(of: scalar, to: &bytes)
            }
        }
    }

    private func shortEscape(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar {
        case "\n": return UInt8(ascii: "n")
        case "\r": return UInt8(ascii: "r")
        case "\t": return UInt8(ascii: "t")
        case "\"", "\\":
            if case .text(quoted: false) = self { return nil }
            return UInt8(ascii: scalar)
        default: return nil
        }
    }

    /// Letters, marks, numbers, punctuation, symbols and spaces; no control or formatting characters (which could
    /// end the line or turn its direction), and nothing that Unicode has not assigned.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value >= 0x20 && scalar.value != 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
        default: return true
        }
    }

    private func appendNumber(of scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        switch self {
        case .text:
            bytes.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
        case .json:
            for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                let digits = String(unit, radix: 16)
                bytes.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
            }
        }
    }
}
