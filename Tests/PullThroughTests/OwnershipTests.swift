import Catalog
import OCI
import TestSupport
import Testing
import Upstream

@testable import PullThrough

@Suite("Ownership of names", .timeLimit(.minutes(2)))
struct OwnershipTests {
    private static func push(_ name: String, _ bench: CacheBench) async throws -> RegistryError? {
        let name = try RepositoryName(name)
        return try await bench.refusal { try await bench.cache.ownership.admitPush(to: name) }
    }

    @Test(
        "library/ and a configured upstream's host are refused with a reason, without asking anyone",
        arguments: [
            ("library/ubuntu", "library/"), ("library/a/b", "library/"), ("docker.io/team/app", "docker.io"),
            ("docker.io/app", "docker.io"), ("quay.example/team/app", "quay.example"),
        ])
    func refused(_ name: String, _ reason: String) async throws {
        try await CacheBench.run { bench in
            let refusal = try #require(try await Self.push(name, bench))
            #expect(refusal.code == .denied)
            #expect(refusal.message.contains(reason))
            #expect(refusal.message.contains("push under"))
            #expect(bench.hub.requests.isEmpty)
            #expect(!bench.cache.ownership.contains(try RepositoryName(name)))
        }
    }

    @Test("the first push to a name that the default upstream has is refused", arguments: ["team/app", "ubuntu"])
    func existing(_ name: String) async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "team/app", tag: "latest", layers: [])
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            let refusal = try #require(try await Self.push(name, bench))
            #expect(refusal.code == .denied)
            #expect(refusal.message.contains("local:"))
            #expect(bench.hub.pulls() == 0)
            #expect(bench.hub.count("GET", containing: "/tags/list") == 2, "one challenged, one answered")
        }
    }

    @Test(
        "the first push to a name that it does not have is taken, and the name lives here from then on",
        arguments: ["team/app", "myfirstimage", "registry.example/team/app", "docker.io"],
        [HubBehaviour.UnknownRepository.unauthorized, .nameUnknown])
    func free(_ name: String, _ behaviour: HubBehaviour.UnknownRepository) async throws {
        try await CacheBench.run { bench in
            bench.hub.configure { $0.unknownRepository = behaviour }
            let name = try RepositoryName(name)
            #expect(bench.cache.route(name, namespace: nil)?.origin == .upstream(.dockerHub))
            #expect(try await Self.push(name.description, bench) == nil)
            #expect(bench.cache.route(name, namespace: nil) == .local(name))
            // Later it may appear upstream: that changes nothing.
            bench.hub.addImage(repository: name.description, tag: "latest", layers: [])
            bench.hub.forgetRequests()
            #expect(try await Self.push(name.description, bench) == nil)
            #expect(bench.hub.requests.isEmpty)
            bench.cache.ownership.release(name)
            #expect(!bench.cache.ownership.contains(name))
        }
    }

    @Test("a bare name is looked for in library/")
    func official() async throws {
        try await CacheBench.run { bench in
            let refusal = try await Self.push("myfirstimage", bench)
            #expect(refusal == nil)
            #expect(bench.hub.count("GET", containing: "/v2/library/myfirstimage/tags/list") > 0)
        }
    }

    @Test("an upstream that does not say within three seconds does not stop a push")
    func hanging() async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "team/app", tag: "latest", layers: [])
            bench.hub.hang(.tags)
            async let refusal = Self.push("team/app", bench)
            try await bench.sleeper.waitForSleepers()
            try await bench.hub.waitUntilHanging(.tags)
            bench.sleeper.advance(by: .milliseconds(2999))
            #expect(bench.sleeper.sleeperCount == 1)
            bench.sleeper.advance(by: .milliseconds(1))
            #expect(try await refusal == nil)
            #expect(bench.cache.ownership.contains(try RepositoryName("team/app")))
        }
    }

    @Test("nor does one that fails", arguments: [0, 500, 429])
    func failing(_ status: Int) async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "team/app", tag: "latest", layers: [])
            if status == 0 { await bench.hub.offline() } else { bench.hub.status(status, for: .tags) }
            let refusal = try await Self.push("team/app", bench)
            #expect(refusal == nil)
        }
    }

    @Test("a name whose upstream content is cached here is not taken over while the upstream is off")
    func cached() async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "team/app", tag: "latest", layers: [])
            _ = try await bench.manifest("latest", of: "team/app")
            await bench.hub.offline()
            #expect(try await Self.push("team/app", bench)?.code == .denied)
        }
    }

    @Test("a local: pattern claims a name without asking the upstream, and keeps it local")
    func pattern() async throws {
        var setup = CacheBench.Setup()
        setup.local = ["team/*"]
        try await CacheBench.run(setup) { bench in
            bench.hub.addImage(repository: "team/app", tag: "latest", layers: [])
            let name = try RepositoryName("team/app")
            #expect(bench.cache.route(name, namespace: nil) == .local(name))
            let refusal = try await Self.push("team/app", bench)
            #expect(refusal == nil)
            #expect(bench.hub.requests.isEmpty)
        }
    }

    @Test("what was pushed or claimed before a restart is owned after it")
    func load() async throws {
        try await CacheBench.run { bench in
            let (owned, claimed) = (try RepositoryName("team/app"), try RepositoryName("team/new"))
            let now = bench.wall.clock.now()
            let manifest = ManifestRecord(digest: Digest(of: [1]), mediaType: .ociManifest, size: 1)
            try await bench.catalog.store(manifest, references: [], tag: nil, in: .local(owned), at: now)
            try await bench.catalog.link(Digest(of: [2]), size: 1, to: .local(claimed), at: now)
            try await bench.restarted { inner in
                try await inner.cache.ownership.load()
                for name in [owned, claimed] { #expect(inner.cache.route(name, namespace: nil) == .local(name)) }
            }
        }
    }

    @Test("a name that is owned is still refused once its first segment has become an upstream's host")
    func laterUpstream() async throws {
        try await CacheBench.run { bench in
            let name = try RepositoryName("quay.example/team/app")
            let manifest = ManifestRecord(digest: Digest(of: [1]), mediaType: .ociManifest, size: 1)
            try await bench.catalog.store(
                manifest, references: [], tag: nil, in: .local(name), at: bench.wall.clock.now())
            try await bench.cache.ownership.load()
            #expect(try await Self.push(name.description, bench)?.code == .denied)
        }
    }

    @Test("two first pushes at once share one question")
    func shared() async throws {
        try await CacheBench.run { bench in
            bench.hub.configure {
                $0.requiresToken = false
                $0.unknownRepository = .nameUnknown
            }
            bench.hub.hang(.tags)
            async let first = Self.push("team/app", bench)
            async let second = Self.push("team/app", bench)
            try await bench.sleeper.waitForSleepers(2)
            try await bench.hub.waitUntilHanging(.tags)
            bench.hub.release(.tags)
            let refusals = try await [first, second]
            #expect(refusals == [nil, nil])
            #expect(bench.hub.count("GET", containing: "/tags/list") == 1)
        }
    }
}
