import TestSupport
import Testing

@Suite("Pulling through", .timeLimit(.minutes(2)))
struct PullTests {
    private let layer = FakeHub.bytes(count: 3_000_000)

    /// Runs a server before a fake that has `library/app:v1`, one layer of 3 MB.
    private func run(
        _ options: TestServer.Options = .init(), _ body: (TestServer, FakeHub, FakeImage) async throws -> Void
    ) async throws {
        try await FakeHub.run { hub in
            let image = hub.addImage(repository: "library/app", tag: "v1", layers: [layer])
            try await TestServer.run(before: hub, options) { try await body($0, hub, image) }
        }
    }

    @Test("first a miss, then a hit, for manifests and blobs of any size")
    func missThenHit() async throws {
        try await run { server, hub, image in
            for (target, content) in [
                ("manifests/v1", image.manifest), ("manifests/\(image.digest)", image.manifest),
                ("blobs/\(image.config.digest)", image.config), ("blobs/\(image.layers[0].digest)", image.layers[0]),
            ] {
                var outcomes: [String?] = []
                for _ in 0..<3 {
                    let reply = try await server.ask("GET", "/v2/app/\(target)")
                    #expect(reply.status == 200)
                    #expect(reply.body == content.bytes)
                    #expect(reply["docker-content-digest"] == content.digest)
                    #expect(reply["docker-distribution-api-version"] == "registry/2.0")
                    outcomes.append(reply["roost-outcome"])
                }
                #expect(outcomes.dropFirst() == ["hit", "hit"], "\(target)")
                if target != "manifests/\(image.digest)" { #expect(outcomes.first == "miss", "\(target)") }
            }
            #expect(hub.manifestGets == 1)
            #expect(hub.blobGets(image.layers[0].digest) == 1)
        }
    }

    @Test("HEAD says what GET says, cold and warm")
    func parity() async throws {
        try await run { server, hub, image in
            let targets = [
                "manifests/v1", "manifests/\(image.digest)", "blobs/\(image.config.digest)",
                "blobs/\(image.layers[0].digest)",
            ]
            for target in targets.map({ "/v2/app/\($0)" }) {
                let cold = try await server.ask("HEAD", target)
                #expect(cold.status == 200)
                #expect(cold.body.isEmpty)
                for _ in 0..<3 {
                    let get = try await server.ask("GET", target)
                    let head = try await server.ask("HEAD", target)
                    for name in ["content-length", "content-type", "docker-content-digest", "etag"] {
                        #expect(cold[name] == get[name], "\(target): \(name)")
                    }
                    #expect(head.stableHeaders == get.stableHeaders, "\(target)")
                    #expect(head["date"] != nil && get["date"] != nil)
                }
            }
            #expect(hub.manifestGets == 1)
        }
    }

    @Test("HEAD of what is not held costs no pull and no download")
    func headIsFree() async throws {
        try await run { server, hub, image in
            #expect(try await server.ask("HEAD", "/v2/app/manifests/v1").status == 200)
            let blob = try await server.ask("HEAD", "/v2/app/blobs/\(image.layers[0].digest)")
            #expect(blob.status == 200)
            #expect(blob["content-length"] == "3000000")
            #expect(hub.manifestGets == 0)
            #expect(hub.pulls() == 0)
            #expect(hub.blobGets(image.layers[0].digest) == 0)
        }
    }

    @Test("what the client holds already is not sent again")
    func notModified() async throws {
        try await run { server, _, image in
            for target in ["manifests/v1", "blobs/\(image.config.digest)", "blobs/\(image.layers[0].digest)"] {
                let path = "/v2/app/\(target)"
                let tag = try #require(try await server.ask("GET", path)["etag"])
                for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                    for method in ["GET", "HEAD"] {
                        let reply = try await server.ask(method, path, ["If-None-Match": known])
                        #expect(reply.status == 304, "\(known)")
                        #expect(reply["etag"] == tag)
                        #expect(reply["content-length"] == nil)
                    }
                }
                #expect(try await server.ask("GET", path, ["If-None-Match": "\"other\""]).status == 200)
            }
        }
    }

    @Test("ranges of a stored blob", arguments: [true, false])
    func ranges(large: Bool) async throws {
        try await run { server, _, image in
            let content = large ? image.layers[0] : image.config
            let path = "/v2/app/blobs/\(content.digest)"
            _ = try await server.ask("GET", path)
            let size = content.size
            let cases: [(String, Range<Int>)] = [
                ("bytes=0-0", 0..<1), ("bytes=5-9", 5..<10), ("bytes=0-", 0..<size), ("bytes=-7", size - 7..<size),
                ("bytes=\(size - 1)-", size - 1..<size), ("bytes=1-99999999999999999999", 1..<size),
            ]
            var client = try await RawClient(port: server.port)
            for (field, range) in cases {
                let reply = try await client.ask("GET", path, ["Range": field])
                #expect(reply.status == 206, "\(field)")
                #expect(reply.body == Array(content.bytes[range]), "\(field)")
                #expect(reply["content-range"] == "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)")
            }
            for field in ["bytes=\(size)-", "bytes=-0", "bytes=99999999999999999999-"] {
                let reply = try await client.ask("GET", path, ["Range": field])
                #expect(reply.status == 416, "\(field)")
                #expect(reply["content-range"] == "bytes */\(size)")
                #expect(reply.code == "RANGE_INVALID")
            }
            for field in ["bytes=5-1", "bytes=0-1,3-4", "items=0-1"] {
                #expect(try await client.ask("GET", path, ["Range": field]).body == content.bytes, "\(field)")
            }
            let tag = "\"\(content.digest)\""
            #expect(try await client.ask("GET", path, ["Range": "bytes=0-0", "If-Range": tag]).status == 206)
            #expect(try await client.ask("GET", path, ["Range": "bytes=0-0", "If-Range": "\"other\""]).status == 200)
            let head = try await client.ask("HEAD", path, ["Range": "bytes=0-0"])
            #expect(head.status == 200)
            #expect(head["content-length"] == "\(size)")
            await client.close()
        }
    }

    @Test("a Range on a running fill follows it")
    func rangeOnFill() async throws {
        try await run { server, hub, image in
            let content = image.layers[0]
            let path = "/v2/app/blobs/\(content.digest)"
            hub.holdBlob(content.digest, afterBytes: 1_000_000)
            var first = try await RawClient(port: server.port)
            try await first.send(RawClient.text("GET", path))
            #expect(await first.head().status == 200)
            try await hub.waitUntilHeld(content.digest)
            // What is there comes at once, what is not there yet waits.
            let early = try await server.ask("GET", path, ["Range": "bytes=10-999"])
            #expect(early.status == 206)
            #expect(early.body == Array(content.bytes[10..<1000]))
            var late = try await RawClient(port: server.port)
            try await late.send(RawClient.text("GET", path, ["Range": "bytes=-5"]))
            let head = await late.head()
            #expect(head.status == 206)
            #expect(head["content-range"] == "bytes 2999995-2999999/3000000")
            hub.releaseBlob(content.digest)
            #expect(await late.bytes(5) == Array(content.bytes.suffix(5)))
            #expect(await first.bytes(3_000_000) == content.bytes)
            #expect(hub.blobGets(content.digest) == 1)
            await first.close()
            await late.close()
        }
    }

    @Test("fifty clients of a cold blob are one download")
    func fifty() async throws {
        try await run { server, hub, image in
            let content = image.layers[0]
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let reply = try await server.ask("GET", "/v2/app/blobs/\(content.digest)")
                        return reply.status == 200 && reply.body == content.bytes
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
            #expect(hub.blobGets(content.digest) == 1)
            #expect(await eventually { server.openBlobs.isEmpty })
        }
    }

    @Test("a client that leaves in the middle stops nothing and leaves nothing open")
    func leaver() async throws {
        try await run { server, hub, image in
            let content = image.layers[0]
            let path = "/v2/app/blobs/\(content.digest)"
            hub.holdBlob(content.digest, afterBytes: 1_000_000)
            var client = try await RawClient(port: server.port)
            try await client.send(RawClient.text("GET", path))
            #expect(await client.head().status == 200)
            #expect(await client.bytes(500_000).count == 500_000)
            await client.close()
            try await hub.waitUntilHeld(content.digest)
            hub.releaseBlob(content.digest)
            #expect(try await server.ask("GET", path).body == content.bytes)
            #expect(await server.log.next(containing: "GET").contains("/blobs/"))
            #expect(hub.blobGets(content.digest) == 1)
            #expect(await eventually { server.openBlobs.isEmpty })
        }
    }

    @Test("a client that never reads, and then leaves, leaves nothing open")
    func nonReader() async throws {
        try await FakeHub.run { hub in
            let image = hub.addImage(repository: "library/app", tag: "v1", layers: [FakeHub.bytes(count: 40 << 20)])
            let path = "/v2/app/blobs/\(image.layers[0].digest)"
            try await TestServer.run(before: hub) { server in
                #expect(try await server.ask("GET", path).isComplete)
                _ = await server.log.next()
                let client = try await RawClient(port: server.port, reads: false)
                try await client.send(RawClient.text("GET", path))
                #expect(await eventually { !server.openBlobs.isEmpty })
                #expect(try await server.ask("GET", path).isComplete)
                #expect(await server.log.next().contains("outcome=hit "))
                await client.close()
                #expect(await server.log.next().contains("outcome=hit-aborted"))
                #expect(await eventually { server.openBlobs.isEmpty })
            }
        }
    }

    @Test("readers of a download that proves wrong are left short, and the next request starts anew")
    func corrupt() async throws {
        try await run { server, hub, image in
            let content = image.layers[0]
            let path = "/v2/app/blobs/\(content.digest)"
            try hub.corrupt(content.digest, times: 1)
            var client = try await RawClient(port: server.port)
            try await client.send(RawClient.text("GET", path))
            let reply = await client.reply()
            #expect(reply.status == 200)
            #expect(!reply.isComplete)
            #expect(await client.isEnded())
            #expect(await server.log.next().contains("outcome=miss-aborted"))
            await client.close()
            #expect(await eventually { server.partials.isEmpty })
            #expect(try await server.ask("GET", path).body == content.bytes)
        }
    }

    @Test("an upstream over its limit is told as 429, a stale tag as stale, a missing image as 404")
    func refusals() async throws {
        try await run { server, hub, image in
            #expect(try await server.ask("GET", "/v2/app/manifests/v1").status == 200)
            let missing = try await server.ask("GET", "/v2/app/manifests/none")
            #expect(missing.status == 404)
            #expect(missing.code == "MANIFEST_UNKNOWN")
            let blob = try await server.ask("GET", "/v2/app/blobs/\(FakeContent.digest(of: [9]))")
            #expect(blob.status == 404)
            #expect(blob.code == "BLOB_UNKNOWN")
            #expect(try await server.ask("HEAD", "/v2/app/manifests/none").status == 404)
            hub.status(429, for: .manifests, retryAfter: 17)
            let limited = try await server.ask("GET", "/v2/app/manifests/other")
            #expect(limited.status == 429)
            #expect(limited.code == "TOOMANYREQUESTS")
            #expect(limited["retry-after"] == "17")
            server.clock.advance(by: .seconds(301))
            for _ in 0..<2 {
                let stale = try await server.ask("GET", "/v2/app/manifests/v1")
                #expect(stale.status == 200)
                #expect(stale["roost-outcome"] == "stale")
                #expect(stale.body == image.manifest.bytes)
            }
            hub.clearFaults()
            #expect(try await server.ask("GET", "/v2/app/manifests/v1")["roost-outcome"] == "hit")
            await hub.offline()
            let gone = try await server.ask("GET", "/v2/app/manifests/another")
            #expect(gone.status == 503)
            #expect(gone.code == "UNAVAILABLE")
        }
    }

    @Test("a tag that moved upstream is answered anew once its freshness is over, in memory too")
    func movedTag() async throws {
        try await run { server, hub, old in
            let new = hub.addImage(repository: "library/app", tag: nil, layers: [[2]])
            for _ in 0..<3 { #expect(try await server.ask("GET", "/v2/app/manifests/v1").body == old.manifest.bytes) }
            hub.move(tag: "v1", in: "library/app", to: new.digest)
            let fresh = try await server.ask("GET", "/v2/app/manifests/v1")
            #expect(fresh.body == old.manifest.bytes)
            server.clock.advance(by: .seconds(301))
            for path in ["app", "library/app", "docker.io/library/app", "docker.io/app"] {
                #expect(try await server.ask("GET", "/v2/\(path)/manifests/v1").body == new.manifest.bytes, "\(path)")
            }
        }
    }

    @Test("ns is a name in the settings, and nothing else")
    func namespace() async throws {
        try await run { server, _, image in
            for _ in 0..<2 {
                for path in ["manifests/v1", "blobs/\(image.config.digest)"] {
                    let reply = try await server.ask("GET", "/v2/library/app/\(path)?ns=docker.io")
                    #expect(reply.status == 200)
                    #expect(reply["oci-namespace"] == "docker.io")
                }
            }
            #expect(try await server.ask("GET", "/v2/library/app/manifests/v1")["oci-namespace"] == nil)
            for ns in ["example.com", "", "127.0.0.1:80", "docker.io%2F", "%0d%0aX-Evil:1", "local"] {
                let reply = try await server.ask("GET", "/v2/library/app/manifests/v1?ns=\(ns)")
                #expect(reply.status == 404, "\(ns)")
                #expect(reply.code == "NAME_UNKNOWN", "\(ns)")
                #expect(reply["x-evil"] == nil)
            }
            let push = try await server.ask("POST", "/v2/team/app/blobs/uploads/?ns=docker.io", body: [])
            #expect(push.code == "DENIED")
        }
    }

    @Test("an upstream's referrers are passed on, and there are none when it does not know")
    func referrers() async throws {
        try await run { server, hub, image in
            hub.setReferrers(
                of: image.digest, in: "library/app", to: [image.config.descriptor(extra: #""artifactType":"a/b""#)])
            let path = "/v2/library/app/referrers/\(image.digest)?ns=docker.io"
            let reply = try await server.ask("GET", path)
            #expect(reply.status == 200)
            #expect(reply.text.contains(image.config.digest))
            await hub.offline()
            let none = try await server.ask("GET", path)
            #expect(none.status == 200)
            #expect(none.text.contains(#""manifests":[]"#))
        }
    }

    @Test("a name that is pushed no longer leads upstream, and what was kept in memory goes")
    func pushTakesOver() async throws {
        try await FakeHub.run { hub in
            let image = hub.addImage(repository: "team/app", layers: [[1]])
            let path = "/v2/team/app/manifests/\(image.digest)"
            try await TestServer.run(before: hub) { server in
                for _ in 0..<3 { #expect(try await server.ask("GET", path).status == 200) }
                // The upstream cannot be asked whether it has the name: the first push goes ahead.
                await hub.offline()
                let push = try await server.ask("POST", "/v2/team/app/blobs/uploads/", body: [])
                #expect(push.status == 202)
                #expect(try await server.ask("GET", path).status == 404)
            }
        }
    }

    @Test("one line of the access log for each request, hot or not")
    func accessLog() async throws {
        try await run { server, _, image in
            let digest = image.layers[0].digest
            let asked: [(String, String, String)] = [
                ("GET", "/v2/", "status=200 outcome=ping"),
                ("GET", "/v2/app/manifests/v1", "outcome=miss repository=docker.io/library/app reference=v1"),
                ("GET", "/v2/app/manifests/v1", "outcome=hit repository=docker.io/library/app reference=v1"),
                ("HEAD", "/v2/app/manifests/v1", "outcome=hit repository=docker.io/library/app reference=v1 bytes=0"),
                (
                    "GET", "/v2/app/blobs/\(digest)",
                    "outcome=miss repository=docker.io/library/app reference=\(digest) bytes=3000000"
                ),
                (
                    "GET", "/v2/app/blobs/\(digest)",
                    "outcome=hit repository=docker.io/library/app reference=\(digest) bytes=3000000"
                ),
                (
                    "GET", "/v2/app/manifests/none",
                    "status=404 outcome=error repository=docker.io/library/app reference=none"
                ),
                ("GET", "/nowhere", "status=404 outcome=error"), ("GET", "/v2/%zz", "status=400 outcome=error"),
                ("GET", "/healthz", "status=200 outcome=health"),
                ("POST", "/v2/team/app/blobs/uploads/", "status=202 outcome=push repository=team/app"),
            ]
            for (method, target, expected) in asked {
                _ = try await server.ask(method, target, ["User-Agent": "tester/1"], body: method == "POST" ? [] : nil)
                let line = await server.log.next()
                #expect(line.contains(" \(method) \(target) client=127.0.0.1 "), "\(line)")
                #expect(line.contains(expected), "\(line)")
                #expect(line.contains("agent=tester/1"), "\(line)")
            }
        }
    }
}
