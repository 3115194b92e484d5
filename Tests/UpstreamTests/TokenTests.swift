import OCI
import TestSupport
import Testing

@testable import Upstream

@Suite("Tokens", .timeLimit(.minutes(2)))
struct TokenTests {
    private let name: RepositoryName
    private let latest: ManifestReference

    init() throws {
        name = try RepositoryName("library/ubuntu")
        latest = try ManifestReference("latest")
    }

    @Test("the first question is challenged, and later ones of the same repository need no new token")
    func oneToken() async throws {
        try await ClientBench.run { bench in
            let image = bench.hub.addImage(
                repository: "library/ubuntu", tag: "latest", layers: [FakeHub.bytes(count: 100)])
            for _ in 0..<3 { _ = try await bench.client.head(manifest: latest, of: name) }
            let manifest = try await bench.client.manifest(latest, of: name)
            #expect(manifest.digest.description == image.digest)
            #expect(bench.hub.tokenRequests == 1)
            let asked = try #require(bench.hub.requests(to: .auth).first)
            #expect(asked.query.contains("service=registry.fake"))
            #expect(asked.query.contains("scope=repository:library/ubuntu:pull"))
            #expect(!asked.hasAuthorization)
            #expect(asked.userAgent == "roost/test")
        }
    }

    @Test("fifty who ask at once share one token request")
    func shared() async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.hang(.token)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<50 { group.addTask { _ = try await bench.client.head(manifest: latest, of: name) } }
                // Everyone has been challenged before the token comes.
                try await bench.hub.waitFor("HEAD", containing: "/manifests/", count: 50)
                try await bench.hub.waitUntilHanging(.token)
                bench.hub.release(.token)
                try await group.waitForAll()
            }
            #expect(bench.hub.tokenRequests == 1)
        }
    }

    @Test("one who leaves does not take the token from the others")
    func leaving() async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.hang(.token)
            let first = Task { try await bench.client.head(manifest: latest, of: name) }
            try await bench.hub.waitUntilHanging(.token)
            async let second = bench.client.head(manifest: latest, of: name)
            try await bench.hub.waitFor("HEAD", containing: "/manifests/", count: 2)
            first.cancel()
            bench.hub.release(.token)
            _ = try await second
            _ = await first.result
            #expect(bench.hub.tokenRequests == 1)
        }
    }

    @Test("a token is used for nine tenths of its life, 60 seconds when none is stated", arguments: [100, nil])
    func expiry(_ seconds: Int?) async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.configure { $0.expiresIn = seconds }
            let life = Duration.seconds(seconds ?? 60)
            _ = try await bench.client.head(manifest: latest, of: name)
            bench.time.pass(life * 0.89)
            _ = try await bench.client.head(manifest: latest, of: name)
            #expect(bench.hub.tokenRequests == 1)
            bench.time.pass(life * 0.02)
            _ = try await bench.client.head(manifest: latest, of: name)
            #expect(bench.hub.tokenRequests == 2)
        }
    }

    @Test("a token that the registry refuses before its time is replaced once")
    func refused() async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            _ = try await bench.client.head(manifest: latest, of: name)
            bench.hub.expireTokens()
            _ = try await bench.client.head(manifest: latest, of: name)
            #expect(bench.hub.tokenRequests == 2)
        }
    }

    @Test("a registry that refuses every token is asked twice and no more")
    func refusedForEver() async throws {
        try await ClientBench.run { bench in
            let error = try await ClientBench.error { try await bench.client.head(manifest: latest, of: name) }
            guard case .denied = error else {
                Issue.record("expected a refusal, got \(String(describing: error))")
                return
            }
            #expect(bench.hub.manifestHeads == 2)
        }
    }

    @Test("either name of the token's member will do", arguments: [HubBehaviour.TokenField.token, .accessToken, .both])
    func members(_ field: HubBehaviour.TokenField) async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.configure { $0.tokenField = field }
            _ = try await bench.client.head(manifest: latest, of: name)
        }
    }

    @Test("the account's password goes to the token server of the upstream's own domain")
    func credentials() async throws {
        let account = Credentials(username: "alice", password: "s3cret:with:colons")
        try await ClientBench.run(credentials: account) { bench in
            bench.hub.addAccount("alice", password: "s3cret:with:colons")
            bench.hub.addImage(repository: "alice/private", tag: "latest", layers: [])
            bench.hub.restrict("alice/private", to: ["alice"])
            _ = try await bench.client.head(manifest: latest, of: try RepositoryName("alice/private"))
            #expect(bench.hub.requests(to: .auth).map(\.account) == ["alice"])
        }
    }

    @Test("a token server elsewhere is asked without the password")
    func foreignRealm() async throws {
        let account = Credentials(username: "alice", password: "s3cret")
        try await ClientBench.run(credentials: account) { bench in
            bench.hub.addAccount("alice", password: "s3cret")
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            let realm = bench.hub.authURL.replacing("127.0.0.1", with: "localhost") + "/token"
            bench.hub.status(
                401, for: .manifestHeads, times: 1,
                headers: ["WWW-Authenticate": #"Bearer realm="\#(realm)",service="s",scope="x""#])
            _ = try await bench.client.head(manifest: latest, of: name)
            let asked = bench.hub.requests(to: .auth)
            #expect(asked.count == 1)
            #expect(asked.allSatisfy { !$0.hasAuthorization })
        }
    }

    @Test("a wrong password is told with the account's name and without the password")
    func wrongPassword() async throws {
        let account = Credentials(username: "alice", password: "s3cret")
        try await ClientBench.run(credentials: account) { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            let error = try await ClientBench.error { try await bench.client.head(manifest: latest, of: name) }
            #expect(error?.description.contains("'alice'") == true)
            #expect(error?.description.contains("s3cret") == false)
            #expect(error?.isInconclusive == false)
        }
    }

    @Test("a password shows in no description, reflection or dump")
    func secrecy() throws {
        let account = Credentials(username: "alice", password: "s3cret")
        let origin = try #require(WebOrigin("https://registry.example"))
        let configuration = UpstreamConfiguration(host: .dockerHub, origin: origin, credentials: account)
        var text = "\(account) \(String(reflecting: account)) \(configuration) \(String(reflecting: configuration))"
        dump(configuration, to: &text)
        #expect(!text.contains("s3cret"))
        #expect(!text.contains(account.basic))
    }

    @Test(
        "a token server that fails is an outage, not a refusal",
        arguments: [
            (500, nil), (503, "oops"), (200, "no JSON"), (200, "{}"), (200, #"{"token":""}"#),
            (200, #"{"token":"a b"}"#), (200, #"{"token":"a\r\nX-Injected: 1"}"#), (302, nil), (200, #"[]"#),
        ] as [(Int, String?)])
    func failingServer(_ status: Int, _ body: String?) async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.status(status, for: .token, times: 1, body: body)
            let error = try await ClientBench.error { try await bench.client.head(manifest: latest, of: name) }
            guard case .unavailable = error else {
                Issue.record("expected an outage, got \(String(describing: error))")
                return
            }
            // The failure is not kept: the next question gets its token.
            _ = try await bench.client.head(manifest: latest, of: name)
        }
    }

    @Test("a token server that is asked too often says for how long to wait")
    func limitedServer() async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.status(429, for: .token, retryAfter: 7, body: "slow down")
            let error = try await ClientBench.error { try await bench.client.head(manifest: latest, of: name) }
            guard case .rateLimited(_, 7) = error else {
                Issue.record("expected a limit, got \(String(describing: error))")
                return
            }
        }
    }

    @Test(
        "a challenge that leads nowhere ends the question",
        arguments: [
            #"Bearer realm="not a url""#, #"Bearer realm="http://127.0.0.1:99999/token""#, #"Bearer realm="ftp://x/""#,
            "Negotiate abc", "Basic realm=\"x\"", #"Bearer realm="""#,
        ])
    func senselessChallenge(_ challenge: String) async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.status(401, for: .manifestHeads, headers: ["WWW-Authenticate": challenge])
            let error = try await ClientBench.error { try await bench.client.head(manifest: latest, of: name) }
            #expect(error != nil)
            #expect(bench.hub.manifestHeads == 1)
        }
    }

    @Test("a registry that asks for a name and a password gets them, and only it does")
    func basic() async throws {
        let account = Credentials(username: "alice", password: "s3cret")
        try await ClientBench.run(credentials: account) { bench in
            bench.hub.configure { $0.requiresToken = false }
            let image = bench.hub.addImage(
                repository: "library/ubuntu", tag: "latest", layers: [FakeHub.bytes(count: 9)])
            bench.hub.status(401, for: .blobs, times: 1, headers: ["WWW-Authenticate": "Basic realm=\"x\""])
            let digest = try Digest(image.layers[0].digest)
            let bytes = try await bench.client.download(digest, of: name, from: 0).bytes()
            #expect(bytes == image.layers[0].bytes)
            #expect(bench.hub.requests(to: .registry).last?.values(of: "authorization") == [account.basic])
            #expect(bench.hub.requests(to: .cdn).allSatisfy { !$0.hasAuthorization })
        }
    }
}
