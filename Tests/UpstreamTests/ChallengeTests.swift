import Testing

@testable import Upstream

@Suite("What a challenge asks for")
struct ChallengeTests {
    static let fields: [(String, Challenge)] = [
        (
            #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull""#,
            .bearer(
                realm: "https://auth.docker.io/token", service: "registry.docker.io", scope: "repository:a/b:pull")
        ),
        (
            #"bearer  realm="https://x/t" , service=y"#,
            .bearer(realm: "https://x/t", service: "y", scope: nil)
        ),
        (
            #"BEARER service="s",REALM="https://x/t",error="invalid_token""#,
            .bearer(realm: "https://x/t", service: "s", scope: nil)
        ),
        (#"Bearer realm="a\"b\\c""#, .bearer(realm: #"a"b\c"#, service: nil, scope: nil)),
        (
            #"Bearer realm="https://x/t?a=1,b=2",scope="repository:a:pull,push""#,
            .bearer(realm: "https://x/t?a=1,b=2", service: nil, scope: "repository:a:pull,push")
        ),
        (#"Bearer realm="unterminated"#, .bearer(realm: "unterminated", service: nil, scope: nil)),
        (#"Basic realm="Registry""#, .basic),
        ("basic", .basic),
    ]

    @Test("a challenge is read as it is meant", arguments: fields)
    func readable(_ field: String, _ challenge: Challenge) {
        #expect(Challenge(field) == challenge)
    }

    @Test(
        "what is no challenge that can be met is none",
        arguments: ["", " ", "Negotiate", "Digest realm=x", "Bearer", "Bearer service=x", "Bearer =x", "Bearer realm"])
    func unreadable(_ field: String) {
        #expect(Challenge(field) == nil)
    }

    @Test("no field traps, hangs or is read beyond its first 4096 bytes")
    func fuzz() {
        let pieces = ["Bearer ", "Basic ", "realm=", "\"", "\\", ",", "=", " ", "https://x/t", "service=\"", "scope"]
        for field in HeaderFuzz(seed: 11, count: 20_000, pieces: pieces) { _ = Challenge(field) }
        let long = "Bearer " + String(repeating: "a=b,", count: 100_000) + "realm=\"https://x/t\""
        #expect(Challenge(long) == nil)
        #expect(Challenge("Bearer realm=\"" + String(repeating: "\\", count: 10_000)) != nil)
    }
}
