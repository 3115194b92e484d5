import Catalog
import OCI
import TestSupport
import Testing
import Upstream

@testable import PullThrough

@Suite("When the upstream cannot be asked", .timeLimit(.minutes(2)))
struct OutageTests {
    enum Trouble: String, CaseIterable, Sendable {
        case offline, error500, error503, limit, limitInPlainText, tokenServerDown, tokenServerLimits, refused

        func strike(_ hub: FakeHub) async {
            switch self {
            case .offline: await hub.offline()
            case .error500: hub.status(500, for: .manifests)
            case .error503: hub.status(503, for: .manifests, body: "<html>maintenance</html>")
            case .limit: hub.status(429, for: .manifests, retryAfter: 30)
            case .limitInPlainText: hub.configure { $0.abuseLimit = true }
            case .tokenServerDown:
                hub.expireTokens()
                hub.status(500, for: .token)
            case .tokenServerLimits:
                hub.expireTokens()
                hub.status(429, for: .token)
            case .refused: hub.remove(repository: "library/ubuntu")
            }
        }
    }

    @Test(
        "what is cached is served stale, to GET and HEAD, and asked for again the next time",
        arguments: Trouble.allCases)
    func stale(_ trouble: Trouble) async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            _ = try await bench.manifest("latest")
            bench.wall.pass(.seconds(301))
            await trouble.strike(bench.hub)
            for headOnly in [false, true] {
                let manifest = try await bench.manifest("latest", headOnly: headOnly)
                #expect(manifest.outcome == .stale)
                #expect(manifest.digest.description == image.digest)
                #expect(manifest.bytes == (headOnly ? nil : image.manifest.bytes))
                #expect(manifest.freshUntil == bench.wall.clock.now())
            }
            if trouble == .refused { return }
            bench.hub.clearFaults()
            bench.hub.configure { $0.abuseLimit = false }
            try await bench.hub.online()
            #expect(try await bench.manifest("latest").outcome == .hit)
            #expect(bench.hub.pulls() == 1)
        }
    }

    @Test("with the limit reached and a tag that moved, the old one is served stale")
    func limitedMove() async throws {
        try await CacheBench.run { bench in
            let old = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            _ = try await bench.manifest("latest")
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [], annotation: "new")
            bench.hub.configure { $0.pullLimit = 1 }
            bench.wall.pass(.seconds(301))
            let manifest = try await bench.manifest("latest")
            #expect(manifest.outcome == .stale)
            #expect(manifest.bytes == old.manifest.bytes)
        }
    }

    @Test("an upstream that hangs is waited for three seconds, and its late answer is used", arguments: [false, true])
    func hanging(_ headOnly: Bool) async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            _ = try await bench.manifest("latest")
            bench.wall.pass(.seconds(301))
            bench.hub.hang(.manifests)
            let asking = Task { try await bench.manifest("latest", headOnly: headOnly) }
            try await bench.hub.waitUntilHanging(.manifests)
            try await bench.sleeper.waitForSleepers()
            bench.sleeper.advance(by: .milliseconds(2999))
            #expect(bench.sleeper.sleeperCount == 1)
            bench.sleeper.advance(by: .milliseconds(1))
            #expect(try await asking.value.outcome == .stale)
            // Who asks now joins the question that is still open.
            let later = Task { try await bench.manifest("latest", headOnly: headOnly) }
            try await bench.sleeper.waitForSleepers()
            bench.hub.release(.manifests)
            #expect(try await later.value.outcome == .hit)
            #expect(bench.hub.manifestHeads == 3, "one challenged, one that fetched, one that revalidated")
        }
    }

    @Test("with nothing cached, a limit is 429 with Retry-After", arguments: [nil, 77])
    func limited(_ retryAfter: Int?) async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.configure {
                $0.pullLimit = 0
                $0.retryAfter = retryAfter
            }
            let refusal = try await bench.refusal { try await bench.manifest("latest") }
            #expect(refusal?.code == .tooManyRequests)
            #expect(refusal?.retryAfter == retryAfter ?? 60)
            #expect(refusal?.message.contains("pull rate limit") == true)
            // A limit is no absence: the next request asks again.
            bench.hub.configure { $0.pullLimit = 10 }
            _ = try await bench.manifest("latest")
        }
    }

    @Test("with nothing cached, an outage is told, and not remembered as an absence", arguments: [500, 503])
    func failing(_ status: Int) async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.status(status, for: .manifests, times: 1)
            #expect(try await bench.refusal { try await bench.manifest("latest") }?.code == .unavailable)
            _ = try await bench.manifest("latest")
        }
    }

    @Test("it starts with the upstream unreachable, and works when that comes")
    func cold() async throws {
        var setup = CacheBench.Setup()
        setup.isOnline = false
        try await CacheBench.run(setup) { bench in
            try await bench.cache.ownership.load()
            #expect(try await bench.refusal { try await bench.manifest("latest") }?.code == .unavailable)
            try await bench.hub.online()
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            _ = try await bench.manifest("latest")
        }
    }

    @Test("what was cached before a restart is served with the upstream unreachable")
    func restart() async throws {
        try await CacheBench.run { bench in
            let layer = FakeHub.bytes(count: 5000)
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [layer])
            _ = try await bench.manifest("latest")
            _ = try await bench.bytes(image.layers[0].digest)
            try await bench.settled(image.layers[0].digest)
            await bench.hub.offline()
            bench.wall.pass(.seconds(86_400))
            try await bench.restarted { inner in
                let manifest = try await inner.manifest("latest")
                #expect(manifest.outcome == .stale)
                #expect(try await inner.manifest(image.digest).outcome == .hit)
                #expect(try await inner.bytes(image.layers[0].digest) == layer)
            }
        }
    }

    @Test("errors name no address and no signature")
    func secrecy() async throws {
        try await CacheBench.run { bench in
            let digest = bench.hub.put(blob: FakeHub.bytes(count: 100), in: "library/ubuntu")
            bench.hub.status(403, for: .cdn)
            async let refusal = bench.refusal { try await bench.blob(digest) }
            try await bench.sleeper.waitForSleepers()
            bench.sleeper.advance(by: .seconds(1))
            let message = try #require(try await refusal?.message)
            #expect(!message.contains("sig=") && !message.contains("http"))
        }
    }
}
