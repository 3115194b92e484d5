import OCI
import TestSupport
import Testing

@Suite("Pushing blobs", .timeLimit(.minutes(2)))
struct BlobPushTests {
    private let bytes = FakeHub.bytes(count: 300_000)
    private var digest: String { FakeContent.digest(of: bytes) }

    /// Begins a session; its path.
    private func begin(_ server: TestServer, _ name: String = "team/app") async throws -> String {
        let reply = try await server.ask("POST", "/v2/\(name)/blobs/uploads/", body: [])
        #expect(reply.status == 202)
        #expect(reply.body.isEmpty)
        #expect(reply["range"] == "0-0")
        let id = try #require(reply["docker-upload-uuid"])
        #expect(reply["location"] == "/v2/\(name)/blobs/uploads/\(id)")
        return try #require(reply["location"])
    }

    private func expectBlob(_ server: TestServer, _ name: String = "team/app") async throws {
        let head = try await server.ask("HEAD", "/v2/\(name)/blobs/\(digest)")
        #expect(head.status == 200)
        #expect(head["content-length"] == "\(bytes.count)")
        let get = try await server.ask("GET", "/v2/\(name)/blobs/\(digest)")
        #expect(get.status == 200)
        #expect(get["docker-content-digest"] == digest)
        #expect(get.body == bytes)
    }

    @Test(
        "a session, then the whole blob in one PUT",
        arguments: ["a", "team/app", "a/tags/b", "a/manifests/b", "a/blobs/uploads"])
    func monolithic(name: String) async throws {
        try await TestServer.run { server in
            let location = try await begin(server, name)
            let reply = try await server.ask("PUT", "\(location)?digest=\(digest)", body: bytes)
            #expect(reply.status == 201)
            #expect(reply["location"] == "/v2/\(name)/blobs/\(digest)")
            #expect(reply["docker-content-digest"] == digest)
            try await expectBlob(server, name)
            #expect(try await server.ask("GET", location).code == "BLOB_UPLOAD_UNKNOWN")
        }
    }

    @Test("the whole blob in one POST")
    func single() async throws {
        try await TestServer.run { server in
            let escaped = digest.split(separator: ":").joined(separator: "%3A")
            let reply = try await server.ask("POST", "/v2/team/app/blobs/uploads/?digest=\(escaped)", body: bytes)
            #expect(reply.status == 201)
            #expect(reply["location"] == "/v2/team/app/blobs/\(digest)")
            try await expectBlob(server)
        }
    }

    @Test("chunks in order, the last with the PUT")
    func chunked() async throws {
        try await TestServer.run { server in
            let location = try await begin(server)
            let first = try await server.ask(
                "PATCH", location, ["Content-Range": "0-99999"], body: Array(bytes[..<100_000]))
            #expect(first.status == 202)
            #expect(first["range"] == "0-99999")
            #expect(first["location"] == location)
            let status = try await server.ask("GET", location)
            #expect(status.status == 204)
            #expect(status["range"] == "0-99999")
            #expect(status["location"] == location)
            let second = try await server.ask(
                "PATCH", location, ["Content-Range": "100000-199999"], body: Array(bytes[100_000..<200_000]))
            #expect(second["range"] == "0-199999")
            let last = try await server.ask(
                "PUT", "\(location)?digest=\(digest)", ["Content-Range": "200000-299999"],
                body: Array(bytes[200_000...]))
            #expect(last.status == 201)
            try await expectBlob(server)
        }
    }

    @Test("a chunk without length, as dockerd streams it, and an empty PUT")
    func streamed() async throws {
        try await TestServer.run { server in
            let location = try await begin(server)
            var client = try await RawClient(port: server.port)
            try await client.send(RawClient.text("PATCH", location, ["Transfer-Encoding": "chunked"]))
            for start in stride(from: 0, to: bytes.count, by: 70_000) {
                let part = bytes[start..<min(start + 70_000, bytes.count)]
                try await client.send(Array("\(String(part.count, radix: 16))\r\n".utf8) + part + Array("\r\n".utf8))
            }
            try await client.send("0\r\n\r\n")
            let reply = await client.reply(to: "PATCH")
            #expect(reply.status == 202)
            #expect(reply["range"] == "0-299999")
            #expect(try await client.ask("PUT", "\(location)?digest=\(digest)", body: []).status == 201)
            try await expectBlob(server)
            await client.close()
        }
    }

    @Test("a chunk out of order is refused with the place where the upload stands")
    func outOfOrder() async throws {
        try await TestServer.run { server in
            let location = try await begin(server)
            let early = try await server.ask("PATCH", location, ["Content-Range": "5-9"], body: Array(bytes[5..<10]))
            #expect(early.status == 416)
            #expect(early["range"] == "0-0")
            _ = try await server.ask("PATCH", location, ["Content-Range": "0-9"], body: Array(bytes[..<10]))
            for range in ["0-9", "5-14", "11-20", "10-12", "x-y", "10", "20-10"] {
                let reply = try await server.ask("PATCH", location, ["Content-Range": range], body: Array(bytes[..<10]))
                #expect(reply.status == 416, "\(range)")
                #expect(reply.code == "RANGE_INVALID", "\(range)")
                #expect(reply["location"] == location, "\(range)")
                #expect(reply["range"] == "0-9", "\(range)")
            }
            let put = try await server.ask(
                "PUT", "\(location)?digest=\(digest)", ["Content-Range": "0-299999"], body: bytes)
            #expect(put.status == 416)
            #expect(put["range"] == "0-9")
            let rest = Array(bytes[10...])
            #expect(try await server.ask("PUT", "\(location)?digest=\(digest)", body: rest).status == 201)
            try await expectBlob(server)
        }
    }

    @Test("bytes of another digest are refused, and nothing of them is kept")
    func wrongDigest() async throws {
        let other = FakeContent.digest(of: [1])
        try await TestServer.run { server in
            let location = try await begin(server)
            let put = try await server.ask("PUT", "\(location)?digest=\(other)", body: bytes)
            #expect(put.status == 400)
            #expect(put.code == "DIGEST_INVALID")
            #expect(try await server.ask("GET", location).code == "BLOB_UPLOAD_UNKNOWN")
            let post = try await server.ask("POST", "/v2/team/app/blobs/uploads/?digest=\(other)", body: bytes)
            #expect(post.status == 400)
            #expect(post.code == "DIGEST_INVALID")
            #expect(server.partials.isEmpty)
            for blob in [other, digest] {
                #expect(try await server.ask("GET", "/v2/team/app/blobs/\(blob)").status == 404)
            }
        }
    }

    @Test(
        "what names no digest is refused",
        arguments: ["", "?digest=", "?digest=sha256:x", "?digest=md5:00", "?digest=%zz"])
    func noDigest(query: String) async throws {
        try await TestServer.run { server in
            let location = try await begin(server)
            let reply = try await server.ask("PUT", location + query, body: bytes)
            #expect(reply.status == 400)
            #expect(reply.code == (query.hasSuffix("zz") ? "UNSUPPORTED" : "DIGEST_INVALID"))
            #expect(try await server.ask("PUT", "\(location)?digest=\(digest)", body: bytes).status == 201)
        }
    }

    @Test("sha512 is a digest too")
    func sha512() async throws {
        let digest = "\(Digest(of: bytes, algorithm: .sha512))"
        try await TestServer.run { server in
            let location = try await begin(server)
            let reply = try await server.ask("PUT", "\(location)?digest=\(digest)", body: bytes)
            #expect(reply.status == 201)
            #expect(reply["docker-content-digest"] == digest)
            #expect(try await server.ask("GET", "/v2/team/app/blobs/\(digest)").body == bytes)
        }
    }

    @Test("an empty blob is a blob")
    func empty() async throws {
        try await TestServer.run { server in
            let digest = try await server.push([], to: "team/app")
            let reply = try await server.ask("GET", "/v2/team/app/blobs/\(digest)")
            #expect(reply.status == 200)
            #expect(reply["content-length"] == "0")
        }
    }

    @Test("a session is ended, once")
    func cancelled() async throws {
        try await TestServer.run { server in
            let location = try await begin(server)
            _ = try await server.ask("PATCH", location, body: bytes)
            #expect(try await server.ask("DELETE", location).status == 204)
            for method in ["DELETE", "GET", "PATCH"] {
                #expect(try await server.ask(method, location, body: []).status == 404)
            }
            #expect(server.partials.isEmpty)
        }
    }

    @Test(
        "an identifier that is none is an unknown upload",
        arguments: ["x", "..%2F..%2Flock", "0b6e7a52-9a51-4f3e-9c55-0d6a5a1c9b1f", "%00"])
    func unknownSession(id: String) async throws {
        try await TestServer.run { server in
            for method in ["GET", "PATCH", "DELETE"] {
                let reply = try await server.ask(method, "/v2/team/app/blobs/uploads/\(id)", body: [])
                #expect(reply.status == 404)
                if method != "HEAD" { #expect(reply.code == "BLOB_UPLOAD_UNKNOWN") }
            }
        }
    }

    @Test("a session belongs to its repository")
    func foreignSession() async throws {
        try await TestServer.run { server in
            let location = try await begin(server)
            let foreign = location.replacing("team/app", with: "team/other")
            #expect(try await server.ask("GET", foreign).status == 404)
            #expect(try await server.ask("PUT", "\(foreign)?digest=\(digest)", body: bytes).status == 404)
        }
    }

    @Test("a blob is mounted, with its parameters in either order")
    func mount() async throws {
        try await TestServer.run { server in
            _ = try await server.push(bytes, to: "team/app")
            for (name, query) in [
                ("one", "mount=\(digest)&from=team%2Fapp"), ("two", "from=team/app&mount=\(digest)"),
            ] {
                let reply = try await server.ask("POST", "/v2/other/\(name)/blobs/uploads/?\(query)", body: [])
                #expect(reply.status == 201)
                #expect(reply["location"] == "/v2/other/\(name)/blobs/\(digest)")
                #expect(reply["docker-content-digest"] == digest)
                try await expectBlob(server, "other/\(name)")
            }
        }
    }

    @Test("what cannot be mounted is uploaded", arguments: ["", "&from=team/none", "&from=NONE", "&from="])
    func noMount(from: String) async throws {
        try await TestServer.run { server in
            _ = try await server.push(bytes, to: "team/app")
            let reply = try await server.ask("POST", "/v2/other/app/blobs/uploads/?mount=\(digest)\(from)", body: [])
            #expect(reply.status == 202)
            let location = try #require(reply["location"])
            #expect(try await server.ask("PUT", "\(location)?digest=\(digest)", body: bytes).status == 201)
            let malformed = try await server.ask("POST", "/v2/other/app/blobs/uploads/?mount=x\(from)", body: [])
            #expect(malformed.code == "DIGEST_INVALID")
        }
    }

    @Test("an upload goes on after a restart of the server")
    func restart() async throws {
        let directory = try TemporaryDirectory()
        var options = TestServer.Options()
        options.directory = directory
        let location = try await TestServer.run(options) { server in
            let location = try await begin(server)
            let reply = try await server.ask("PATCH", location, body: Array(bytes[..<100_000]))
            #expect(reply["range"] == "0-99999")
            return location
        }
        try await TestServer.run(options) { server in
            let status = try await server.ask("GET", location)
            #expect(status.status == 204)
            #expect(status["range"] == "0-99999")
            let wrong = try await server.ask("PATCH", location, ["Content-Range": "0-9"], body: Array(bytes[..<10]))
            #expect(wrong.status == 416)
            #expect(wrong["range"] == "0-99999")
            let reply = try await server.ask(
                "PATCH", location, ["Content-Range": "100000-299999"], body: Array(bytes[100_000...]))
            #expect(reply.status == 202)
            #expect(try await server.ask("PUT", "\(location)?digest=\(digest)", body: []).status == 201)
        }
        try await TestServer.run(options) { server in try await expectBlob(server) }
    }

    @Test("what a client sent before it left can be resumed")
    func left() async throws {
        try await TestServer.run { server in
            let location = try await begin(server)
            let client = try await RawClient(port: server.port)
            try await client.send(RawClient.text("PATCH", location, ["Content-Length": "\(bytes.count)"]))
            try await client.send(Array(bytes[..<50_000]))
            await client.close()
            let line = await server.log.next(containing: "PATCH")
            #expect(line.contains("status=400") || line.contains("status=499"), "\(line)")
            let status = try await server.ask("GET", location)
            #expect(status["range"] == "0-49999")
            let rest = Array(bytes[50_000...])
            #expect(try await server.ask("PUT", "\(location)?digest=\(digest)", body: rest).status == 201)
            try await expectBlob(server)
        }
    }

    @Test("a client that waits for 100 Continue is told to go on")
    func expectContinue() async throws {
        try await TestServer.run { server in
            var client = try await RawClient(port: server.port)
            for _ in 0..<2 {
                let target = "/v2/team/app/blobs/uploads/?digest=\(digest)"
                let headers = ["Content-Length": "\(bytes.count)", "Expect": "100-Continue"]
                try await client.send(RawClient.text("POST", target, headers))
                #expect(await client.reply().status == 100)
                try await client.send(bytes)
                #expect(await client.reply(to: "POST").status == 201)
            }
            await client.close()
        }
    }
}
