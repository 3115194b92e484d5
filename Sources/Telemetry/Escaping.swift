/// How characters are written that must not stand in a log line as they are.
enum Escaping {
    /// For the text format: `\n`, `\u{1b}`; within quotes also `\"` and `\\`.
    case text(quoted: Bool)
    /// For JSON strings: `\n`, `\u001b`, `\"`, `\\`.
    case json

    /// Whether a byte can stand in a bare value: printable ASCII that is neither a space, a quote nor a backslash.
    static func isBare(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Appends well-formed UTF-8, escaped.
    func append(_ utf8: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        if utf8.allSatisfy({ Self.isBare($0) || $0 == UInt8(ascii: " ") }) {
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
