import TestSupport
import Testing

@Suite("On the wire", .timeLimit(.minutes(2)))
struct WireTests {
    @Test("what is no request is refused, and the connection ended")
    func malformed() async throws {
        let hello: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03, 0x0D, 0x0A, 0x0D, 0x0A]
        let requests: [[UInt8]] =
            [hello]
            + [
                "FOO /v2/ HTTP/1.1\r\nHost: a\r\n\r\n", "GET /v2/ HTTP/9.9\r\nHost: a\r\n\r\n",
                "GET  HTTP/1.1\r\n\r\n", "GET /v2/ HTTP/1.1\r\nBad Name: 1\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
                "GET /v2/ HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
            ].map { Array($0.utf8) }
        try await TestServer.run { server in
            for request in requests {
                var client = try await RawClient(port: server.port)
                try await client.send(request)
                let reply = await client.reply()
                #expect(reply.status == 400 || reply.status == 0, "\(String(decoding: request, as: UTF8.self))")
                #expect(await client.isEnded(), "\(String(decoding: request, as: UTF8.self))")
                await client.close()
            }
            #expect(try await server.ask("GET", "/v2/").status == 200)
        }
    }

    @Test("heads without end are refused")
    func tooLong() async throws {
        try await TestServer.run { server in
            let long = String(repeating: "a", count: 80 << 10)
            for request in [
                "GET /v2/\(long) HTTP/1.1\r\nHost: a\r\n\r\n", "GET /v2/ HTTP/1.1\r\nHost: a\r\nX: \(long)\r\n\r\n",
                "GET /v2/ HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: 1\r\n", count: 300) + "\r\n",
                "GET /v2/\(long)",
            ] {
                var client = try await RawClient(port: server.port)
                try await client.send(request)
                let reply = await client.reply()
                #expect(reply.status == 400 || reply.status == 431 || reply.status == 0)
                #expect(await client.isEnded())
                await client.close()
            }
        }
    }

    @Test("long names are refused with a code, not with a closed connection")
    func longName() async throws {
        try await TestServer.run { server in
            let name = String(repeating: "a/", count: 10_000) + "a"
            for (target, code) in [
                ("/v2/\(name)/tags/list", "NAME_INVALID"),
                ("/v2/a/manifests/\(name.replacing("/", with: ""))", "TAG_INVALID"),
                ("/v2/a/blobs/sha256:\(name.replacing("/", with: ""))", "DIGEST_INVALID"),
                ("/v2/a/tags/list?last=\(name)", "TAG_INVALID"), ("/v2/a/manifests/b?ns=\(name)", "NAME_UNKNOWN"),
            ] {
                let reply = try await server.ask("GET", target)
                #expect(reply.code == code)
                #expect(reply.body.count < 30_000)
            }
        }
    }

    @Test("methods that an endpoint does not have are refused in the specification's form")
    func methods() async throws {
        try await TestServer.run { server in
            for (method, target) in [
                ("POST", "/v2/"), ("DELETE", "/v2/_catalog"), ("PUT", "/v2/a/tags/list"),
                ("PATCH", "/v2/a/manifests/b"),
                ("PUT", "/v2/a/blobs/sha256:\(String(repeating: "0", count: 64))"), ("GET", "/v2/a/blobs/uploads/"),
                ("OPTIONS", "/v2/a/manifests/b"), ("TRACE", "/v2/"), ("PROPFIND", "/v2/"),
            ] {
                let reply = try await server.ask(method, target, body: [])
                #expect(reply.status == 405, "\(method) \(target)")
                #expect(reply.code == "UNSUPPORTED", "\(method) \(target)")
            }
            #expect(try await server.ask("OPTIONS", "*").status == 400)
        }
    }

    @Test("an error on HEAD has a length and no body, and the connection goes on")
    func headError() async throws {
        try await TestServer.run { server in
            var client = try await RawClient(port: server.port)
            for target in ["/v2/A/manifests/b", "/v2/a/manifests/.b", "/nowhere", "/v2/%zz", "/v2/_catalog"] {
                #expect(try await client.ask("HEAD", target).status >= 400)
            }
            #expect(try await client.ask("GET", "/v2/").text == "{}")
            await client.close()
        }
    }

    @Test("a refused body is read to its end, so that the next request is understood")
    func refusedBody() async throws {
        var options = TestServer.Options()
        options.trusted = ["10.0.0.0/8"]
        try await TestServer.run(options) { server in
            var client = try await RawClient(port: server.port)
            let body = [UInt8](repeating: UInt8(ascii: "G"), count: 5 << 20)
            for _ in 0..<2 {
                #expect(try await client.ask("PUT", "/v2/a/manifests/b", body: body).status == 403)
            }
            #expect(try await client.ask("GET", "/healthz").status == 200)
            await client.close()
        }
    }

    @Test("requests sent at once are answered in their order, hot and slow mixed", arguments: 0..<4 as Range<UInt64>)
    func pipelining(seed: UInt64) async throws {
        try await TestServer.run { server in
            let small = FakeContent(FakeHub.bytes(count: 900))
            let large = FakeContent(FakeHub.bytes(count: 400_000, seed: 2))
            for content in [small, large] { _ = try await server.push(content.bytes, to: "team/app") }
            let manifest = try await server.pushImage("team/app", "v1")
            let targets: [(String, [UInt8])] = [
                ("/v2/team/app/manifests/v1", manifest.bytes),
                ("/v2/team/app/manifests/\(manifest.digest)", manifest.bytes),
                ("/v2/team/app/blobs/\(small.digest)", small.bytes),
                ("/v2/team/app/blobs/\(large.digest)", large.bytes),
                ("/v2/", Array("{}".utf8)), ("/healthz", Array(#"{"status":"ok"}"#.utf8)),
                ("/v2/team/app/tags/list", Array(#"{"name":"team/app","tags":["v1"]}"#.utf8)),
            ]
            for (target, _) in targets { _ = try await server.ask("GET", target) }
            var random = SeededGenerator(seed: seed)
            var client = try await RawClient(port: server.port)
            var asked: [(method: String, target: String, body: [UInt8])] = []
            var text = ""
            for _ in 0..<60 {
                guard let (target, body) = targets.randomElement(using: &random) else { continue }
                let method = Int.random(in: 0..<4, using: &random) == 0 ? "HEAD" : "GET"
                let headers = Int.random(in: 0..<5, using: &random) == 0 ? ["If-None-Match": "\"x\""] : [:]
                asked.append((method, target, body))
                text += RawClient.text(method, target, headers)
            }
            // In pieces that end anywhere.
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1..<2000, using: &random))
                rest = rest.dropFirst(piece.count)
                try await client.send(Array(piece))
            }
            for (method, target, body) in asked {
                let reply = await client.reply(to: method)
                let isHead = method == "HEAD"
                let isAllowed = !isHead || !target.hasSuffix("list")
                #expect(reply.status == (isAllowed ? 200 : 405), "\(method) \(target)")
                #expect(reply.body == (isHead ? [] : body), "\(method) \(target)")
            }
            await client.close()
        }
    }

    @Test("100 Continue never comes in the middle of another answer")
    func continueInOrder() async throws {
        try await FakeHub.run { hub in
            let layer = FakeHub.bytes(count: 2_000_000)
            let image = hub.addImage(repository: "library/app", tag: "v1", layers: [layer])
            let digest = image.layers[0].digest
            hub.holdBlob(digest, afterBytes: 1_000_000)
            try await TestServer.run(before: hub) { server in
                var client = try await RawClient(port: server.port)
                let upload = RawClient.text(
                    "POST", "/v2/team/app/blobs/uploads/?digest=\(FakeContent.digest(of: [7]))",
                    ["Content-Length": "1", "Expect": "100-continue"])
                try await client.send(RawClient.text("GET", "/v2/app/blobs/\(digest)") + upload)
                #expect(await client.head().status == 200)
                try await hub.waitUntilHeld(digest)
                hub.releaseBlob(digest)
                #expect(await client.bytes(layer.count) == layer)
                #expect(await client.head().status == 100)
                try await client.send([7])
                #expect(await client.reply(to: "POST").status == 201)
                #expect(try await client.ask("GET", "/v2/").status == 200)
                await client.close()
            }
        }
    }

    @Test(
        "a client that wants the connection closed gets it closed, however it says so",
        arguments: [
            "GET /v2/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "GET /v2/ HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n",
            "GET /v2/ HTTP/1.1\r\nHost: a\r\nConnection: TE, close\r\nTE: trailers\r\n\r\n",
            "GET /v2/ HTTP/1.0\r\n\r\n",
            "GET /v2/ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
            "GET /v2/ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        ])
    func closes(request: String) async throws {
        try await TestServer.run { server in
            var client = try await RawClient(port: server.port)
            // What comes behind it on the connection is not answered.
            try await client.send(request + RawClient.text("GET", "/healthz"))
            let reply = await client.reply()
            #expect(reply.status == 200)
            #expect(reply.text == "{}")
            #expect(await client.isEnded())
            await client.close()
        }
    }

    @Test("a client that has said all it will say still gets its answers", arguments: [true, false])
    func halfClosed(large: Bool) async throws {
        try await TestServer.run { server in
            let bytes = FakeHub.bytes(count: large ? 3_000_000 : 300)
            let digest = try await server.push(bytes, to: "team/app")
            for _ in 0..<3 {
                var client = try await RawClient(port: server.port)
                try await client.send(RawClient.text("GET", "/v2/team/app/blobs/\(digest)"))
                try await client.finishSending()
                let reply = await client.reply()
                #expect(reply.body == bytes)
                #expect(await client.isEnded())
                await client.close()
            }
        }
    }

    @Test("a target is understood however it is written")
    func spellings() async throws {
        try await TestServer.run { server in
            let manifest = try await server.pushImage("team/app", "v1")
            for target in [
                "/v2/team/app/manifests/v1", "/v2/team%2Fapp/manifests/v1", "/v2/te%61m/app/manifests/%761",
                "http://roost.test:5000/v2/team/app/manifests/v1", "/v2/team/app/manifests/v1?",
                "/v2/team/app/manifests/v1?x=1",
            ] {
                for _ in 0..<2 { #expect(try await server.ask("GET", target).body == manifest.bytes, "\(target)") }
            }
            for target in ["/v2/team/app/manifests/v1/", "//v2/team/app/manifests/v1", "/v2/./team/app/manifests/v1"] {
                #expect(try await server.ask("GET", target).status >= 400, "\(target)")
            }
        }
    }
}
