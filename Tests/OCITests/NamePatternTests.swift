import OCI
import Testing

@Suite("Name patterns")
struct NamePatternTests {
    @Test(
        "a star stays within a segment, two stars cross segments",
        arguments: [
            ("team/*", "team/app", true), ("team/*", "team/app/base", false), ("team/*", "team", false),
            ("team/*", "xteam/app", false), ("team/**", "team/app/base", true), ("**", "a/b/c", true),
            ("*", "a", true), ("*", "a/b", false), ("**/base", "a/b/base", true), ("**/base", "base", false),
            ("a*c", "ac", true), ("a*c", "abbbc", true), ("a*c", "a/c", false), ("a**c", "a/b/c", true),
            ("*/app-*", "team/app-1", true), ("*/app-*", "team/app-1/x", false), ("***", "a/b", true),
            ("**/x/*y", "a/x/b/x/cy", true), ("**/x/*y", "a/x/b/x/c/y", false), ("team/app", "team/app", true),
            ("team/app", "team/ap", false), ("*a*b*c", "xaxbxc", true), ("*a*b*c", "xaxb/xc", false),
        ])
    func matching(pattern: String, name: String, expected: Bool) throws {
        #expect(try NamePattern(pattern).matches(name) == expected)
    }

    @Test(
        "a pattern with characters that no name has, or of no or too great length, is refused",
        arguments: ["", "Team/*", "a b", "a?", "ä", "a:b", "a\0", String(repeating: "a", count: 256)])
    func refusals(text: String) {
        #expect(throws: NamePattern.Invalid.self) { try NamePattern(text) }
    }

    @Test("random patterns agree with the plain definition")
    func agreesWithDefinition() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let pattern = Self.text(of: ["a", "b", "/", "*", "**"], upTo: 8, &random)
            let name = Self.text(of: ["a", "b", "/"], upTo: 10, &random)
            guard !pattern.isEmpty else { continue }
            let expected = Self.matches(Array(pattern.utf8)[...], Array(name.utf8)[...])
            #expect(try NamePattern(pattern).matches(name) == expected, "\(pattern) on \(name)")
        }
    }

    @Test("a pattern of nothing but stars and a long name take no time")
    func noBacktracking() throws {
        let pattern = try NamePattern(String(repeating: "*a**a", count: 50))
        #expect(!pattern.matches(String(repeating: "a", count: 2000) + "b"))
    }

    private static func text(of parts: [String], upTo length: Int, _ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...length, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
    }

    /// The definition, written down without any thought of its cost.
    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        guard first == UInt8(ascii: "*") else {
            return name.first == first && matches(pattern.dropFirst(), name.dropFirst())
        }
        let rest = pattern.drop { $0 == UInt8(ascii: "*") }
        let crosses = pattern.count - rest.count > 1
        var name = name
        while true {
            if matches(rest, name) { return true }
            guard let next = name.popFirst(), crosses || next != UInt8(ascii: "/") else { return false }
        }
    }
}
