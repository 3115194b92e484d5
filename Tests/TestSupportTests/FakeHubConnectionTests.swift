import Testing

@testable import TestSupport

@Suite("The fake Hub's connections and faults", .timeLimit(.minutes(1)))
struct FakeHubConnectionTests {
    let name = "library/ubuntu"

    @Test("offline refuses and cuts, online answers at the same address")
    func offline() async throws {
        try await FakeHub.run { hub async throws in
            let digest = hub.put(blob: [1, 2, 3], in: name)
            hub.holdBlob(digest, afterBytes: 1)
            let location = try await HubClient(hub).location(of: digest, in: name)
            var open = try await RawConnection(location)
            try await open.send("GET", RawConnection.path(of: location))
            try await hub.waitUntilHeld(digest)
            let urls = [hub.registryURL, hub.authURL, hub.cdnURL]

            await hub.offline()
            #expect(try await !open.response().isComplete)
            #expect(hub.openConnections == 0)
            for url in urls {
                await #expect(throws: (any Error).self) { _ = try await RawConnection(url) }
            }

            try await hub.online()
            #expect([hub.registryURL, hub.authURL, hub.cdnURL] == urls)
            hub.release()
            #expect(try await HubClient(hub).blob(digest, in: name).body == [1, 2, 3])
        }
    }

    @Test("going offline and online many times leaks nothing and never loses the port")
    func manyTimes() async throws {
        try await FakeHub.run { hub async throws in
            for _ in 0..<50 {
                #expect(try await RawConnection.fetch("GET", "\(hub.registryURL)/v2/").status == 401)
                try await hub.cutConnections()
            }
        }
    }

    @Test("letting go of the fake closes its ports")
    func letGo() async throws {
        var hub: FakeHub? = try await FakeHub()
        let url = try #require(hub?.registryURL)
        var connection = try await RawConnection(url)
        hub = nil
        #expect(await connection.isClosedByPeer())
    }

    @Test(
        "a status is answered for its target only, as often as was said",
        arguments: [
            (HubTarget.manifests, "manifests/latest"), (.manifestGets, "manifests/latest"), (.tags, "tags/list"),
            (.referrers, "referrers/sha256:0"), (.blobs, "blobs/sha256:0"),
        ]
    )
    func status(target: HubTarget, rest: String) async throws {
        try await FakeHub.run { hub async throws in
            hub.addImage(repository: name, tag: "latest", layers: [[1]])
            let client = HubClient(hub)
            let usual = try await client.ask("GET", name, rest).status
            hub.status(503, for: target, times: 1, retryAfter: 3)
            let broken = try await client.ask("GET", name, rest)
            #expect(broken.status == 503)
            #expect(broken["retry-after"] == "3")
            #expect(try await client.ask("GET", name, rest).status == usual)
            hub.status(500, for: target)
            #expect(try await client.ask("GET", name, "nonsense/x").status != 500)
            hub.clearFaults()
            #expect(try await client.ask("GET", name, rest).status == usual)
        }
    }

    @Test("the token endpoint, and everything, can fail too")
    func statusOfToken() async throws {
        try await FakeHub.run { hub async throws in
            hub.status(500, for: .token, body: "oops")
            let answer = try await HubClient(hub).tokenAnswer(for: name)
            #expect(answer.status == 500 && answer.text == "oops")
            hub.clearFaults()
            hub.status(502, for: .all)
            for url in ["\(hub.registryURL)/v2/", "\(hub.authURL)/token", "\(hub.cdnURL)/blob/x"] {
                #expect(try await RawConnection.fetch("GET", url).status == 502)
            }
        }
    }

    @Test(
        "a hanging request is answered when it is released",
        arguments: [(HubTarget.head, "HEAD"), (.manifestHeads, "HEAD"), (.manifests, "GET"), (.manifestGets, "GET")]
    )
    func hang(target: HubTarget, method: String) async throws {
        try await FakeHub.run { hub async throws in
            let image = hub.addImage(repository: name, tag: "latest", layers: [[1]])
            let token = try await HubClient(hub).token(for: name)
            hub.hang(target)
            var connection = try await RawConnection(hub.registryURL)
            try await connection.send(method, "/v2/\(name)/manifests/latest", ["Authorization": "Bearer \(token)"])
            try await hub.waitUntilHanging(target)
            #expect(hub.requests.last?.status == nil)
            hub.release(target)
            #expect(try await connection.response(to: method)["docker-content-digest"] == image.digest)
            #expect(hub.requests.last?.status == 200)
            await connection.close()
        }
    }

    @Test("a client that gives up on a hanging request is not waited for")
    func hangAndLeave() async throws {
        try await FakeHub.run { hub async throws in
            hub.hang(.token, times: 1)
            let connection = try await RawConnection(hub.authURL)
            try await connection.send("GET", "/token")
            try await hub.waitUntilHanging(.token)
            await connection.close()
            #expect(try await HubClient(hub).tokenAnswer(for: name).status == 200)
            hub.release()
        }
    }

    @Test("one connection carries many requests, one after the other")
    func keepAlive() async throws {
        try await FakeHub.run { hub async throws in
            let bytes = FakeHub.bytes(count: 1_500_000)
            let digest = hub.put(blob: bytes, in: name)
            hub.configure { $0.redirect = .none }
            let header = ["Authorization": "Bearer \(try await HubClient(hub).token(for: name))"]
            hub.forgetRequests()
            var connection = try await RawConnection(hub.registryURL)
            for method in ["HEAD", "GET", "GET", "HEAD", "GET"] {
                try await connection.send(method, "/v2/\(name)/blobs/\(digest)", header)
                #expect(try await connection.response(to: method).body == (method == "GET" ? bytes : []))
            }
            #expect(Set(hub.requests.map(\.connection)).count == 1)
            await connection.close()
        }
    }

    @Test("pipelined requests are answered in order, whole")
    func pipelined() async throws {
        try await FakeHub.run { hub async throws in
            let contents = (1...20).map { FakeHub.bytes(count: 100_000 * ($0 % 4), seed: UInt64($0)) }
            let digests = contents.map { hub.put(blob: $0, in: name) }
            hub.configure { $0.redirect = .none }
            hub.holdBlob(digests[4], afterBytes: 0)
            let header = ["Authorization": "Bearer \(try await HubClient(hub).token(for: name))"]
            var connection = try await RawConnection(hub.registryURL)
            try await connection.send(digests.map { ("GET", "/v2/\(name)/blobs/\($0)") }, header)
            try await hub.waitUntilHeld(digests[4])
            hub.releaseBlob(digests[4])
            for content in contents {
                #expect(try await connection.response().body == content)
            }
            await connection.close()
        }
    }

    @Test("the connection is closed when the client asks for it")
    func close() async throws {
        try await FakeHub.run { hub async throws in
            var connection = try await RawConnection(hub.registryURL)
            try await connection.send("GET", "/v2/", ["Connection": "close"])
            #expect(try await connection.response().status == 401)
            #expect(await connection.isClosedByPeer())
        }
    }

    @Test("fifty clients at once are all served")
    func crowd() async throws {
        try await FakeHub.run { hub async throws in
            let bytes = FakeHub.bytes(count: 1_200_000)
            let digest = hub.put(blob: bytes, in: name)
            hub.holdBlob(digest, afterBytes: 600_000)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask { try await HubClient(hub).blob(digest, in: name).body == bytes }
                }
                try await hub.waitUntilHeld(digest, count: 50)
                hub.releaseBlob(digest)
                for try await isWhole in group { #expect(isWhole) }
            }
            #expect(hub.blobGets(digest) == 50)
        }
    }

    @Test("requests are recorded and can be waited for")
    func records() async throws {
        try await FakeHub.run { hub async throws in
            hub.addImage(repository: name, tag: "latest", layers: [[1]])
            async let awaited = hub.waitFor("GET", containing: "/manifests/")
            _ = try await HubClient(hub).ask("GET", name, "manifests/latest?ns=x", ["User-Agent": "me/1"])
            let request = try await awaited
            #expect(request.listener == .registry && request.query == "ns=x")
            #expect(request.hasAuthorization && request.userAgent == "me/1" && request.rangeHeader == nil)
            #expect(hub.count("GET", containing: "manifests") == 1)
            #expect(request.description == "registry GET /v2/\(name)/manifests/latest?ns=x → 200")
        }
    }

    @Test("waiting in vain ends with what was asked, and ends with its task")
    func inVain() async throws {
        try await FakeHub.run { hub async throws in
            _ = try await RawConnection.fetch("GET", "\(hub.registryURL)/v2/")
            let error = await #expect(throws: FakeHubError.self) {
                try await hub.waitFor("GET", containing: "nothing", timeout: .milliseconds(1))
            }
            #expect(error?.description.contains("registry GET /v2/ → 401") == true)
            let waiting = Task { try await hub.waitFor("GET", containing: "nothing") }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }
}
