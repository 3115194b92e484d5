import OCI
import Testing

/// In these tests a tag is the vocabulary's, not one of swift-testing.
typealias Tag = OCI.Tag

/// The code with which `body` refuses, nil when it does not.
func refusal<Value>(_ body: () throws(RegistryError) -> Value) -> RegistryError.Code? {
    do throws(RegistryError) {
        _ = try body()
        return nil
    } catch {
        return error.code
    }
}

/// A small linear congruential generator, so that a failure can be repeated. TestSupport has a better one, and brings the
/// database and the network along, which these tests do without.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 32) | (state << 32)
    }
}

extension SeededGenerator {
    /// A text of up to `length` of `parts`.
    mutating func text(of parts: [String], upTo length: Int) -> String {
        (0..<Int.random(in: 0...length, using: &self)).map { _ in parts.randomElement(using: &self) ?? "" }.joined()
    }

    /// `text` with a few bytes changed, removed, doubled or inserted.
    mutating func mutated(_ text: [UInt8]) -> [UInt8] {
        var text = text
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            let index = Int.random(in: 0...text.count, using: &self)
            switch Int.random(in: 0..<5, using: &self) {
            case 0 where index < text.count: text[index] = UInt8.random(in: .min ... .max, using: &self)
            case 1 where index < text.count: text.remove(at: index)
            case 2: text.insert(contentsOf: text[index...].prefix(Int.random(in: 0...40, using: &self)), at: index)
            case 3: text.removeSubrange(index..<min(text.count, index + Int.random(in: 0...40, using: &self)))
            default:
                let fragment = Self.fragments.randomElement(using: &self) ?? ""
                text.insert(contentsOf: fragment.utf8, at: index)
            }
        }
        return text
    }

    /// What hurts parsers.
    private static let fragments = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "1e999", "9223372036854775808", "0.5", "\u{0}",
        "\\u0000", "\\ud800", "\u{FEFF}", "é", "🐳", "e\u{301}", "/", ".", "-", "_", "@", "sha256:", "sha512:", " ",
        "\n",
        "\r\n", "%2e", "..", "\u{212A}", "\u{202E}",
    ]
}
