import FoundationEssentials
import Testing

@testable import TestSupport

@Suite("The fake Hub's manifests", .timeLimit(.minutes(1)))
struct FakeHubManifestTests {
    let name = "library/ubuntu"

    @Test("HEAD and GET by tag and by digest tell the same", arguments: [FakeImage.Format.oci, .docker])
    func manifest(format: FakeImage.Format) async throws {
        try await FakeHub.run { hub async throws in
            let image = hub.addImage(repository: name, tag: "latest", layers: [[1], [2, 3]], format: format)
            for reference in ["latest", image.digest] {
                for method in ["HEAD", "GET"] {
                    let answer = try await HubClient(hub).ask(method, name, "manifests/\(reference)")
                    #expect(answer.status == 200)
                    #expect(answer["docker-content-digest"] == image.digest)
                    #expect(answer["content-type"] == image.manifest.mediaType)
                    #expect(answer["content-length"] == "\(image.manifest.size)")
                    #expect(answer["ratelimit-limit"] == "100;w=21600")
                    #expect(answer["docker-ratelimit-source"] == "127.0.0.1")
                    #expect(answer.body == (method == "GET" ? image.manifest.bytes : []))
                }
            }
            #expect(hub.manifestGets == 2)
            #expect(hub.manifestHeads == 2)
        }
    }

    @Test("manifests and indexes are JSON that names what is stored")
    func json() async throws {
        struct Descriptor: Decodable {
            let digest: String
            let size: Int
        }
        struct Manifest: Decodable {
            let config: Descriptor?
            let layers: [Descriptor]?
            let manifests: [Descriptor]?
        }
        try await FakeHub.run { hub async throws in
            let images = ["linux/amd64", "linux/arm64"].map { platform in
                hub.addImage(repository: name, layers: [Array(platform.utf8)], platform: platform, annotation: "x")
            }
            let index = hub.addIndex(repository: name, tag: "latest", images: images)
            let answer = try await HubClient(hub).ask("GET", name, "manifests/latest")
            let parsed = try JSONDecoder().decode(Manifest.self, from: Data(answer.body))
            #expect(answer["docker-content-digest"] == index.digest)
            #expect(parsed.manifests?.map(\.digest) == images.map(\.digest))
            let child = try await HubClient(hub).ask("GET", name, "manifests/\(images[1].digest)")
            let manifest = try JSONDecoder().decode(Manifest.self, from: Data(child.body))
            #expect(manifest.config?.digest == images[1].config.digest)
            #expect(manifest.layers?.map(\.size) == [11])
        }
    }

    @Test("a GET costs a pull, a HEAD none, and past the limit GETs answer 429")
    func limit() async throws {
        try await FakeHub.run { hub async throws in
            hub.addImage(repository: name, tag: "latest", layers: [[1]])
            hub.configure { $0.pullLimit = 2 }
            let client = HubClient(hub)
            for (method, left) in [("HEAD", 2), ("GET", 1), ("HEAD", 1), ("GET", 0)] {
                let answer = try await client.ask(method, name, "manifests/latest")
                #expect(answer.status == 200)
                #expect(answer["ratelimit-remaining"] == "\(left);w=21600")
            }
            let over = try await client.ask("GET", name, "manifests/latest")
            #expect(over.status == 429)
            #expect(over.text.contains("TOOMANYREQUESTS"))
            #expect(over["retry-after"] == nil)
            #expect(try await client.ask("HEAD", name, "manifests/latest").status == 200)

            hub.configure { behaviour in
                behaviour.headIsLimited = true
                behaviour.retryAfter = 7
            }
            let head = try await client.ask("HEAD", name, "manifests/latest")
            #expect(head.status == 429)
            #expect(head["retry-after"] == "7")

            hub.resetPulls()
            #expect(try await client.ask("GET", name, "manifests/latest").status == 200)
            hub.configure { $0.abuseLimit = true }
            let abuse = try await client.ask("GET", name, "tags/list")
            #expect(abuse.status == 429)
            #expect(abuse["content-type"] == "text/plain")
        }
    }

    @Test("without a limit there are no rate-limit headers")
    func unlimited() async throws {
        try await FakeHub.run { hub async throws in
            hub.addImage(repository: name, tag: "latest", layers: [[1]])
            hub.configure { $0.pullLimit = nil }
            let answer = try await HubClient(hub).ask("GET", name, "manifests/latest")
            #expect(answer["ratelimit-limit"] == nil)
        }
    }

    @Test("a moved tag gives the other manifest; a removed one is unknown")
    func move() async throws {
        try await FakeHub.run { hub async throws in
            hub.addImage(repository: name, tag: "latest", layers: [[1]])
            let new = hub.addImage(repository: name, layers: [[2]])
            hub.move(tag: "latest", in: name, to: new.digest)
            let client = HubClient(hub)
            #expect(try await client.ask("HEAD", name, "manifests/latest")["docker-content-digest"] == new.digest)
            hub.remove(tag: "latest", in: name)
            let gone = try await client.ask("GET", name, "manifests/latest")
            #expect(gone.status == 404)
            #expect(gone.text.contains("MANIFEST_UNKNOWN"))
        }
    }

    @Test("the digest header can be wrong or missing")
    func digestHeader() async throws {
        try await FakeHub.run { hub async throws in
            let image = hub.addImage(repository: name, tag: "latest", layers: [[1]])
            hub.configure { $0.digestHeader = .missing }
            let client = HubClient(hub)
            #expect(try await client.ask("HEAD", name, "manifests/latest")["docker-content-digest"] == nil)
            hub.configure { $0.digestHeader = .wrong }
            let wrong = try await client.ask("HEAD", name, "manifests/latest")["docker-content-digest"]
            #expect(wrong != nil && wrong != image.digest)
        }
    }

    @Test("a manifest can be corrupt, too long, or endless for its announcement, while HEAD stays")
    func wrongBytes() async throws {
        try await FakeHub.run { hub async throws in
            let image = hub.addImage(repository: name, tag: "latest", layers: [[1]])
            let client = HubClient(hub)
            try hub.corrupt(image.digest, times: 1)
            let corrupt = try await client.ask("GET", name, "manifests/latest")
            #expect(corrupt.body.count == image.manifest.size)
            #expect(corrupt.body != image.manifest.bytes)
            #expect(try await client.ask("GET", name, "manifests/latest").body == image.manifest.bytes)

            try hub.inflate(image.digest, to: 5 << 20, isChunked: true)
            let head = try await client.ask("HEAD", name, "manifests/latest")
            #expect(head["content-length"] == "\(image.manifest.size)")
            let large = try await client.ask("GET", name, "manifests/latest")
            #expect(large["transfer-encoding"] == "chunked")
            #expect(large.isComplete)
            #expect(large.body.count == 5 << 20)
            #expect(large.body.starts(with: image.manifest.bytes))
        }
    }

    @Test("manifests can be redirected to the CDN")
    func redirect() async throws {
        try await FakeHub.run { hub async throws in
            let image = hub.addImage(repository: name, tag: "latest", layers: [[1]])
            hub.configure { $0.redirectsManifests = true }
            let answer = try await HubClient(hub).ask("GET", name, "manifests/latest")
            #expect(answer.status == 307)
            let location = try #require(answer["location"])
            #expect(location.hasPrefix(hub.cdnURL))
            #expect(try await RawConnection.fetch("GET", location).body == image.manifest.bytes)
            #expect(try await RawConnection.fetch("GET", location, ["Authorization": "Bearer x"]).status == 400)
        }
    }

    @Test("tags and referrers are listed")
    func lists() async throws {
        try await FakeHub.run { hub async throws in
            let image = hub.addImage(repository: name, tag: "b", layers: [[1]])
            hub.move(tag: "a", in: name, to: image.digest)
            let client = HubClient(hub)
            #expect(try await client.ask("GET", name, "tags/list").text == #"{"name":"\#(name)","tags":["a","b"]}"#)
            let rest = "referrers/\(image.digest)"
            #expect(try await client.ask("GET", name, rest).text.hasSuffix(#""manifests":[]}"#))
            hub.setReferrers(of: image.digest, in: name, to: [image.config.descriptor()])
            let listed = try await client.ask("GET", name, rest)
            #expect(listed["content-type"] == "application/vnd.oci.image.index.v1+json")
            #expect(listed.text.contains(image.config.digest))
            hub.configure { $0.supportsReferrers = false }
            #expect(try await client.ask("GET", name, rest).status == 404)
        }
    }

    @Test("a repository may be called like a part of the protocol", arguments: ["a/tags/b", "a/manifests/b"])
    func names(name: String) async throws {
        try await FakeHub.run { hub async throws in
            let image = hub.addImage(repository: name, tag: "list", layers: [[1]])
            let client = HubClient(hub)
            #expect(try await client.ask("GET", name, "manifests/list").body == image.manifest.bytes)
            #expect(try await client.ask("GET", name, "tags/list").text.contains(#""list""#))
        }
    }
}
