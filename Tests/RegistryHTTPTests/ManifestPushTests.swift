import TestSupport
import Testing

@Suite("Pushing manifests", .timeLimit(.minutes(2)))
struct ManifestPushTests {
    private let type = ["Content-Type": TestServer.manifestType]

    @Test(
        "an image is pushed and pulled back, whatever its name",
        arguments: ["team/app", "bare", "a/tags/b", "a/manifests/b", "a/blobs/uploads", "a/tags/list"])
    func roundTrip(name: String) async throws {
        try await TestServer.run { server in
            let manifest = try await server.pushImage(name, "v1")
            for reference in ["v1", manifest.digest] {
                let put = try await server.ask("PUT", "/v2/\(name)/manifests/\(reference)", type, body: manifest.bytes)
                #expect(put.status == 201)
                #expect(put["location"] == "/v2/\(name)/manifests/\(manifest.digest)")
                let get = try await server.ask("GET", "/v2/\(name)/manifests/\(reference)")
                #expect(get.status == 200)
                #expect(get.body == manifest.bytes)
                #expect(get["content-type"] == TestServer.manifestType)
                #expect(get["docker-content-digest"] == manifest.digest)
                #expect(get["etag"] == "\"\(manifest.digest)\"")
                let head = try await server.ask("HEAD", "/v2/\(name)/manifests/\(reference)")
                #expect(head["content-length"] == "\(manifest.size)")
            }
        }
    }

    @Test("a manifest naming a blob that the repository lacks is refused")
    func blobUnknown() async throws {
        try await TestServer.run { server in
            let config = FakeContent(Array("{}".utf8), mediaType: "application/vnd.oci.image.config.v1+json")
            let text = TestServer.manifest(config, [])
            let early = try await server.ask("PUT", "/v2/team/app/manifests/v1", type, body: Array(text.utf8))
            #expect(early.status == 400)
            #expect(early.code == "MANIFEST_BLOB_UNKNOWN")
            // That another repository has it is no help.
            _ = try await server.push(config.bytes, to: "team/other")
            let still = try await server.ask("PUT", "/v2/team/app/manifests/v1", type, body: Array(text.utf8))
            #expect(still.code == "MANIFEST_BLOB_UNKNOWN")
            _ = try await server.push(config.bytes, to: "team/app")
            #expect(
                try await server.ask("PUT", "/v2/team/app/manifests/v1", type, body: Array(text.utf8)).status == 201)
        }
    }

    @Test(
        "a first push that is refused does not take the name from the upstream",
        arguments: [
            ("PUT", "/v2/nginx/manifests/v1", "garbage"), ("POST", "/v2/nginx/blobs/uploads/?mount=junk", ""),
            ("POST", "/v2/nginx/blobs/uploads/?digest=junk", ""),
        ])
    func refusedClaim(method: String, target: String, body: String) async throws {
        try await FakeHub.run { hub async throws in
            _ = hub.addImage(repository: "library/nginx", tag: "latest", layers: [[1, 2, 3]])
            try await TestServer.run(before: hub) { server in
                await hub.offline()
                #expect(try await server.ask(method, target, type, body: Array(body.utf8)).status == 400)
                try await hub.online()
                #expect(try await server.ask("GET", "/v2/nginx/manifests/latest").status == 200)
            }
        }
    }

    @Test("what is no manifest is refused")
    func malformed() async throws {
        try await TestServer.run { server in
            let manifest = try await server.pushImage("team/app", "v1")
            let cases: [(String, [UInt8], String)] = [
                ("v2", [], "MANIFEST_INVALID"), ("v2", Array("[]".utf8), "MANIFEST_INVALID"),
                ("v2", [0xFF, 0xFE], "MANIFEST_INVALID"),
                (FakeContent.digest(of: [1]), manifest.bytes, "DIGEST_INVALID"),
                (".v2", manifest.bytes, "TAG_INVALID"), ("sha256:00", manifest.bytes, "DIGEST_INVALID"),
            ]
            for (reference, bytes, code) in cases {
                let reply = try await server.ask("PUT", "/v2/team/app/manifests/\(reference)", type, body: bytes)
                #expect(reply.status == 400)
                #expect(reply.code == code, "\(reference)")
            }
            #expect(try await server.ask("GET", "/v2/team/app/tags/list").list("tags") == ["v1"])
        }
    }

    @Test("more than 4 MiB is refused, and the connection goes on")
    func tooLarge() async throws {
        try await TestServer.run { server in
            let bytes = [UInt8](repeating: 0x20, count: (4 << 20) + 1)
            var client = try await RawClient(port: server.port)
            let told = try await client.ask("PUT", "/v2/team/app/manifests/v1", type, body: bytes)
            #expect(told.status == 413)
            #expect(told.code == "SIZE_INVALID")
            var headers = type
            headers["Transfer-Encoding"] = "chunked"
            try await client.send(RawClient.text("PUT", "/v2/team/app/manifests/v1", headers))
            try await client.send(
                Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n0\r\n\r\n".utf8))
            #expect(await client.reply(to: "PUT").status == 413)
            #expect(try await client.ask("GET", "/v2/").status == 200)
            await client.close()
        }
    }

    @Test("a subject is acknowledged, and its referrers are listed and filtered")
    func referrers() async throws {
        try await TestServer.run { server in
            let subject = FakeContent(Array("subject".utf8), mediaType: TestServer.manifestType)
            let path = "/v2/team/app/referrers/\(subject.digest)"
            let none = try await server.ask("GET", path)
            #expect(none.status == 200)
            #expect(none["content-type"] == "application/vnd.oci.image.index.v1+json")
            #expect(none.text.contains("\"manifests\":[]"))
            #expect(none.text.contains("\"schemaVersion\":2"))
            let config = FakeContent(Array("{}".utf8), mediaType: "application/vnd.oci.empty.v1+json")
            _ = try await server.push(config.bytes, to: "team/app")
            var digests: [String] = []
            for artifactType in ["application/one+json", "application/two"] {
                let text = TestServer.manifest(
                    config, [],
                    #","artifactType":"\#(artifactType)","annotations":{"k":"v"},"subject":\#(subject.descriptor())"#)
                let bytes = Array(text.utf8)
                digests.append(FakeContent.digest(of: bytes))
                let reply = try await server.ask(
                    "PUT", "/v2/team/app/manifests/\(FakeContent.digest(of: bytes))", type, body: bytes)
                #expect(reply.status == 201)
                #expect(reply["oci-subject"] == subject.digest)
            }
            let all = try await server.ask("GET", path)
            #expect(digests.allSatisfy { all.text.contains($0) })
            #expect(all["oci-filters-applied"] == nil)
            #expect(all.text.contains(#""annotations":{"k":"v"}"#))
            // A plus that is left as it is means itself: types have no spaces.
            for query in ["application%2Fone%2Bjson", "application/one+json"] {
                let filtered = try await server.ask("GET", "\(path)?artifactType=\(query)")
                #expect(filtered["oci-filters-applied"] == "artifactType")
                #expect(filtered.text.contains(digests[0]))
                #expect(!filtered.text.contains(digests[1]))
            }
            _ = try await server.ask("DELETE", "/v2/team/app/manifests/\(digests[0])")
            let left = try await server.ask("GET", path)
            #expect(!left.text.contains(digests[0]) && left.text.contains(digests[1]))
            #expect(try await server.ask("GET", "/v2/team/app/referrers/latest").code == "DIGEST_INVALID")
        }
    }

    @Test("tags, manifests and blobs are deleted, once")
    func deletion() async throws {
        try await TestServer.run { server in
            let manifest = try await server.pushImage("team/app", "v1")
            _ = try await server.ask("PUT", "/v2/team/app/manifests/v2", type, body: manifest.bytes)
            let layer = FakeContent.digest(of: Array("layer".utf8))
            // Each is asked for first, so that what is deleted was also in memory.
            for target in ["manifests/v1", "manifests/v2", "manifests/\(manifest.digest)", "blobs/\(layer)"] {
                for _ in 0..<2 { #expect(try await server.ask("GET", "/v2/team/app/\(target)").status == 200) }
            }
            #expect(try await server.ask("DELETE", "/v2/team/app/manifests/v1").status == 202)
            #expect(try await server.ask("GET", "/v2/team/app/manifests/v1").code == "MANIFEST_UNKNOWN")
            #expect(try await server.ask("GET", "/v2/team/app/manifests/v2").status == 200)
            #expect(try await server.ask("DELETE", "/v2/team/app/manifests/v1").status == 404)
            #expect(try await server.ask("DELETE", "/v2/team/app/manifests/\(manifest.digest)").status == 202)
            for target in ["manifests/v2", "manifests/\(manifest.digest)"] {
                #expect(try await server.ask("GET", "/v2/team/app/\(target)").code == "MANIFEST_UNKNOWN")
                #expect(try await server.ask("HEAD", "/v2/team/app/\(target)").status == 404)
            }
            #expect(try await server.ask("DELETE", "/v2/team/app/blobs/\(layer)").status == 202)
            #expect(try await server.ask("GET", "/v2/team/app/blobs/\(layer)").code == "BLOB_UNKNOWN")
            #expect(try await server.ask("DELETE", "/v2/team/app/blobs/\(layer)").code == "BLOB_UNKNOWN")
        }
    }

    @Test("a moved tag is answered anew at once")
    func movedTag() async throws {
        try await TestServer.run { server in
            for round in 0..<5 {
                let manifest = try await server.pushImage("team/app", "v1", layer: Array("layer \(round)".utf8))
                for _ in 0..<3 {
                    #expect(try await server.ask("GET", "/v2/team/app/manifests/v1").body == manifest.bytes)
                }
            }
        }
    }

    @Test("names that mean another registry's content cannot be pushed to")
    func denied() async throws {
        try await FakeHub.run { hub in
            hub.addImage(repository: "grafana/grafana", tag: "latest", layers: [[1]])
            var options = TestServer.Options()
            options.local = ["grafana/loki"]
            hub.addImage(repository: "grafana/loki", tag: "latest", layers: [[1]])
            try await TestServer.run(before: hub, options) { server in
                for name in ["library/ubuntu", "docker.io/team/app", "docker.io/library/ubuntu", "grafana/grafana"] {
                    for (method, path) in [("POST", "blobs/uploads/"), ("PUT", "manifests/v1")] {
                        let reply = try await server.ask(method, "/v2/\(name)/\(path)", type, body: Array("{}".utf8))
                        #expect(reply.status == 403, "\(name)")
                        #expect(reply.code == "DENIED", "\(name)")
                    }
                }
                let deletion = try await server.ask("DELETE", "/v2/docker.io/library/ubuntu/manifests/latest")
                #expect(deletion.code == "DENIED")
                try await server.pushImage("grafana/loki", "v1")
                try await server.pushImage("grafana/mimir", "v1")
            }
        }
    }
}
