import TestSupport
import Testing

@testable import RegistryHTTP

@Suite("Request targets")
struct RequestTargetTests {
    @Test(
        "a path is split and decoded",
        arguments: [
            ("/", [""]), ("/v2", ["v2"]), ("/v2/", ["v2", ""]), ("/v2//", ["v2", "", ""]),
            ("/v2/a%2Fb/tags/list", ["v2", "a/b", "tags", "list"]), ("/v2/sha256%3aab", ["v2", "sha256:ab"]),
            ("/a+b", ["a+b"]), ("/%C3%A9", ["é"]), ("/a?x=/b", ["a"]), ("/a%00b", ["a\0b"]), ("/..", [".."]),
            ("http://roost.test:5000/v2/a", ["v2", "a"]), ("HTTPS://roost.test/v2/", ["v2", ""]), ("http://h", [""]),
        ])
    func path(text: String, segments: [String]) throws {
        #expect(try #require(RequestTarget(text)).segments == segments)
    }

    @Test(
        "what is no path is refused",
        arguments: [
            "", "*", "v2/", "ftp://h/v2/", "example.com:443", "/%", "/%2", "/%2g", "/%%20", "/%ff", "/%C3", "/a?b=%zz",
            "/a?%=1",
        ])
    func malformed(text: String) {
        #expect(RequestTarget(text) == nil)
    }

    @Test(
        "a parameter's first value counts",
        arguments: [
            ("/?n=1", "1"), ("/?n=1&n=2", "1"), ("/?n", ""), ("/?n=", ""), ("/?m=1", nil), ("/?&&n=a%20b", "a b"),
            ("/?n=a+b", "a b"), ("/?n=a=b", "a=b"), ("/?%6e=x", "x"), ("/?n=%0d%0aX:1", "\r\nX:1"), ("/?n=?&m", "?"),
        ] as [(String, String?)])
    func parameter(text: String, value: String?) throws {
        #expect(try #require(RequestTarget(text))["n"] == value)
    }

    @Test("what is encoded is read back, and holds nothing that ends a parameter or a header")
    func encoding() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let text = String(
                decoding: (0..<Int.random(in: 0..<40, using: &random)).map { _ in
                    UInt8.random(in: .min ... .max, using: &random)
                },
                as: UTF8.self)
            let encoded = RequestTarget.encode(text)
            #expect(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>&\"#?;,".utf8.contains($0) })
            #expect(try #require(RequestTarget("/?n=\(encoded)"))["n"] == text)
        }
    }

    @Test("no text makes it trap")
    func fuzz() {
        var random = SeededGenerator(seed: 1)
        let pieces = ["/", "v2", "%", "%2F", "?", "&", "=", "n", "+", "é", "\0", "%C3%A9", "%c3", "http://", ":", " "]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0..<12, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            let target = RequestTarget(text)
            _ = target?["n"]
            _ = target.flatMap { try? RegistryRoute($0.segments) }
        }
    }
}
