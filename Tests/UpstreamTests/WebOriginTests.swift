import Testing

@testable import Upstream

@Suite("Origins of the web")
struct WebOriginTests {
    @Test(
        "an origin is scheme, host and port",
        arguments: [
            ("https://registry-1.docker.io", "https://registry-1.docker.io:443"),
            ("HTTPS://Registry.Example/v2/", "https://registry.example:443"),
            ("http://127.0.0.1:5000/a?b#c", "http://127.0.0.1:5000"),
            ("http://[::1]:5000", "http://[::1]:5000"),
            ("https://user:secret@host/", "https://host:443"),
        ])
    func readable(_ text: String, _ origin: String) {
        #expect(WebOrigin(text)?.description == origin)
    }

    @Test(
        "what could not be connected to is no origin",
        arguments: [
            "", "registry.example", "/v2/", "ftp://host", "https://", "https:///path", "http://host:0",
            "http://host:65536", "http://127.0.0.1:99999999", "http://host:-1", "http://host:x", "file:///etc/passwd",
        ])
    func unreadable(_ text: String) {
        #expect(WebOrigin(text) == nil)
    }

    @Test(
        "a password goes only to the upstream's own host or registrable domain, over a scheme that is no weaker",
        arguments: [
            ("https://registry-1.docker.io", "https://auth.docker.io", true),
            ("https://ghcr.io", "https://ghcr.io", true),
            ("https://ghcr.io", "https://ghcr.io:8443", true),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5001", true),
            ("http://registry.example", "https://auth.example", false),
            ("http://a.registry.example", "https://auth.registry.example", true),
            ("https://registry-1.docker.io", "http://auth.docker.io", false),
            ("https://registry-1.docker.io", "https://docker.io.evil.example", false),
            ("https://registry-1.docker.io", "https://evildocker.io", false),
            ("https://registry-1.docker.io", "https://io", false),
            ("https://a.shop.co.uk", "https://b.shop.co.uk", true),
            ("https://a.shop.co.uk", "https://evil.co.uk", false),
            ("https://10.0.0.1", "https://20.0.0.1", false),
            ("https://[::1]", "https://[::2]", false),
            ("https://localhost", "https://localhost", true),
            ("http://127.0.0.1:5000", "http://localhost:5000", false),
        ])
    func trust(_ own: String, _ other: String, _ isTrusted: Bool) throws {
        #expect(try #require(WebOrigin(own)).trusts(try #require(WebOrigin(other))) == isTrusted)
    }

    @Test(
        "a redirect never leads from https to http",
        arguments: [
            ("https://a.example", "https://b.example", true), ("https://a.example", "http://a.example", false),
            ("http://a.example", "https://b.example", true), ("http://a.example", "http://b.example", true),
        ])
    func redirects(_ from: String, _ to: String, _ isPermitted: Bool) throws {
        #expect(try #require(WebOrigin(from)).permitsRedirect(to: try #require(WebOrigin(to))) == isPermitted)
    }

    @Test("no text traps, and every origin can be read again")
    func fuzz() throws {
        let pieces = [
            "http://", "https://", "host", ".", ":", "80", "99999", "@", "[", "]", "::1", "/", "?", "#", "%", "\\",
        ]
        for text in HeaderFuzz(seed: 13, count: 20_000, pieces: pieces) {
            guard let origin = WebOrigin(text) else { continue }
            #expect((1...65535).contains(origin.port))
            #expect(WebOrigin(origin.description) == origin, "\(text)")
        }
    }
}
