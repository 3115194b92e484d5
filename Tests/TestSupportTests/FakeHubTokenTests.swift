import Testing

@testable import TestSupport

@Suite("The fake Hub's tokens", .timeLimit(.minutes(1)))
struct FakeHubTokenTests {
    let name = "library/ubuntu"

    @Test("without a token the registry answers 401 and names the realm, the service and the scope")
    func challenge() async throws {
        try await FakeHub.run { hub async throws in
            hub.addImage(repository: name, tag: "latest", layers: [[1]])
            let ping = try await RawConnection.fetch("GET", "\(hub.registryURL)/v2/")
            #expect(ping.status == 401)
            #expect(ping["www-authenticate"] == #"Bearer realm="\#(hub.authURL)/token",service="registry.fake""#)
            let manifest = try await RawConnection.fetch("GET", "\(hub.registryURL)/v2/\(name)/manifests/latest")
            #expect(manifest.status == 401)
            #expect(
                manifest["www-authenticate"]
                    == #"Bearer realm="\#(hub.authURL)/token",service="registry.fake",scope="repository:\#(name):pull""#
            )
            #expect(manifest.text.contains("UNAUTHORIZED"))
        }
    }

    @Test("a token opens the repositories of its scope, and no other")
    func scope() async throws {
        try await FakeHub.run { hub async throws in
            hub.addImage(repository: name, tag: "latest", layers: [[1]])
            hub.addImage(repository: "a/other", tag: "latest", layers: [[2]])
            let header = ["Authorization": "Bearer \(try await HubClient(hub).token(for: name))"]
            #expect(try await RawConnection.fetch("GET", "\(hub.registryURL)/v2/", header).status == 200)
            let mine = try await RawConnection.fetch("HEAD", "\(hub.registryURL)/v2/\(name)/manifests/latest", header)
            #expect(mine.status == 200)
            let other = try await RawConnection.fetch("HEAD", "\(hub.registryURL)/v2/a/other/manifests/latest", header)
            #expect(other.status == 401)
            #expect(other["www-authenticate"]?.hasSuffix(#"error="insufficient_scope""#) == true)
        }
    }

    @Test("expired tokens are refused")
    func expiry() async throws {
        try await FakeHub.run { hub async throws in
            hub.addImage(repository: name, tag: "latest", layers: [[1]])
            let header = ["Authorization": "Bearer \(try await HubClient(hub).token(for: name))"]
            hub.expireTokens()
            let answer = try await RawConnection.fetch("HEAD", "\(hub.registryURL)/v2/\(name)/manifests/1", header)
            #expect(answer.status == 401)
            #expect(answer["www-authenticate"]?.hasSuffix(#"error="invalid_token""#) == true)
        }
    }

    @Test("an account is recognised by its password, and recorded")
    func accounts() async throws {
        try await FakeHub.run { hub async throws in
            hub.addImage(repository: name, tag: "latest", layers: [[1]])
            hub.addAccount("alice", password: "s:ecret")
            #expect(try await HubClient(hub, credentials: "alice:wrong").tokenAnswer(for: name).status == 401)
            #expect(try await HubClient(hub, credentials: "bob:s:ecret").tokenAnswer(for: name).status == 401)
            let alice = HubClient(hub, credentials: "alice:s:ecret")
            #expect(try await alice.ask("GET", name, "manifests/latest").status == 200)
            #expect(hub.requests.map(\.account) == ["alice", "bob", "alice", "alice"])
            #expect(hub.requests.map(\.status) == [401, 401, 200, 200])
            #expect(hub.tokenRequests == 3)
            #expect(hub.pulls(account: "alice") == 1)
            #expect(hub.pulls() == 0)
        }
    }

    @Test("a restricted repository is there for its readers only")
    func restricted() async throws {
        try await FakeHub.run { hub async throws in
            hub.addImage(repository: "alice/private", tag: "1", layers: [[1]])
            hub.addAccount("alice", password: "a")
            hub.restrict("alice/private", to: ["alice"])
            #expect(try await HubClient(hub).ask("HEAD", "alice/private", "manifests/1").status == 401)
            let alice = HubClient(hub, credentials: "alice:a")
            #expect(try await alice.ask("HEAD", "alice/private", "manifests/1").status == 200)
        }
    }

    @Test("the token's JSON is as configured")
    func tokenJSON() async throws {
        try await FakeHub.run { hub async throws in
            let client = HubClient(hub)
            let full = try await client.tokenAnswer(for: name).text
            for member in [#""token":"#, #""access_token":"#, #""expires_in":300"#, #""issued_at":""#] {
                #expect(full.contains(member))
            }
            hub.configure { behaviour in
                behaviour.tokenField = .accessToken
                behaviour.expiresIn = nil
                behaviour.issuedAt = .omitted
            }
            let bare = try await client.tokenAnswer(for: name).text
            #expect(bare.hasPrefix(#"{"access_token":"#))
            #expect(!bare.contains("expires_in") && !bare.contains("issued_at"))
            hub.configure { $0.anonymousTokens = false }
            #expect(try await client.tokenAnswer(for: name).status == 401)
        }
    }

    @Test(
        "an unknown repository is refused or unknown, as configured",
        arguments: [(HubBehaviour.UnknownRepository.unauthorized, 401), (.nameUnknown, 404)]
    )
    func unknownRepository(behaviour: HubBehaviour.UnknownRepository, status: Int) async throws {
        try await FakeHub.run { hub async throws in
            hub.configure { $0.unknownRepository = behaviour }
            for rest in ["manifests/latest", "tags/list", "blobs/sha256:00"] {
                #expect(try await HubClient(hub).ask("GET", "no/such", rest).status == status)
            }
        }
    }
}
