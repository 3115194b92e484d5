import Testing

@testable import Upstream

@Suite("The cache of tokens")
struct TokenCacheTests {
    private let time = TurnableTime()
    private var cache: TokenCache { TokenCache { [time] in time.now } }

    @Test("a token is held until it expires, and forgotten only by its own value")
    func holding() async throws {
        let cache = cache
        let expires = time.now + .seconds(10)
        let value = try await cache.token(for: "a") { TokenCache.Token(value: "1", expires: expires) }
        #expect(value == "1")
        #expect(await cache.held("a") == "1")
        #expect(await cache.held("b") == nil)
        await cache.forget("a", value: "another")
        #expect(await cache.held("a") == "1")
        time.pass(.seconds(10))
        #expect(await cache.held("a") == nil)
        let second = try await cache.token(for: "a") { [time] in
            TokenCache.Token(value: "2", expires: time.now + .seconds(1))
        }
        #expect(second == "2")
        await cache.forget("a", value: "2")
        #expect(await cache.held("a") == nil)
    }

    @Test("a failure is told to who asked, and not kept")
    func failure() async throws {
        let cache = cache
        await #expect(throws: UpstreamError.notFound) {
            try await cache.token(for: "a") { throw UpstreamError.notFound }
        }
        let expires = time.now + .seconds(10)
        let value = try await cache.token(for: "a") { TokenCache.Token(value: "1", expires: expires) }
        #expect(value == "1")
    }

    @Test("a crowd of scopes does not fill the memory")
    func bounded() async throws {
        let cache = cache
        let expires = time.now + .seconds(10)
        for scope in 0...10_000 {
            _ = try await cache.token(for: "\(scope)") { TokenCache.Token(value: "t", expires: expires) }
        }
        #expect(await cache.held("0") == nil)
        #expect(await cache.held("10000") == "t")
    }
}
