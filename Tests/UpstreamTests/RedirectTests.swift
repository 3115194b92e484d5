import OCI
import TestSupport
import Testing

@testable import Upstream

@Suite("Redirects", .timeLimit(.minutes(2)))
struct RedirectTests {
    private let name: RepositoryName

    init() throws { name = try RepositoryName("library/ubuntu") }

    private func blob(_ bench: ClientBench, count: Int = 5000) throws -> (digest: Digest, bytes: [UInt8]) {
        let bytes = FakeHub.bytes(count: count)
        return (try Digest(bench.hub.put(blob: bytes, in: "library/ubuntu")), bytes)
    }

    @Test("the CDN gets no Authorization, and the bytes come through")
    func cdn() async throws {
        try await ClientBench.run { bench in
            let blob = try blob(bench)
            let download = try await bench.client.download(blob.digest, of: name, from: 0)
            #expect(download.totalSize == blob.bytes.count)
            #expect(try await download.bytes() == blob.bytes)
            #expect(bench.hub.requests(to: .cdn).map(\.hasAuthorization) == [false])
        }
    }

    @Test("a relative Location stays at the registry")
    func relative() async throws {
        try await ClientBench.run { bench in
            bench.hub.configure { $0.redirect = .relative }
            let blob = try blob(bench)
            #expect(try await bench.client.download(blob.digest, of: name, from: 0).bytes() == blob.bytes)
            #expect(bench.hub.requests(to: .cdn).isEmpty)
        }
    }

    @Test("manifests are followed too, without Authorization")
    func manifests() async throws {
        try await ClientBench.run { bench in
            bench.hub.configure { $0.redirectsManifests = true }
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            let manifest = try await bench.client.manifest(try ManifestReference("latest"), of: name)
            #expect(manifest.digest.description == image.digest)
            #expect(bench.hub.requests(to: .cdn).allSatisfy { !$0.hasAuthorization })
        }
    }

    @Test("a circle of redirects is left after six requests")
    func circle() async throws {
        try await ClientBench.run { bench in
            bench.hub.configure { $0.requiresToken = false }
            let blob = try blob(bench)
            bench.hub.status(307, for: .blobs, headers: ["Location": "/v2/library/ubuntu/blobs/\(blob.digest)"])
            let error = try await ClientBench.error { try await bench.client.download(blob.digest, of: name, from: 0) }
            #expect(error?.isInconclusive == true)
            #expect(bench.hub.requests(to: .registry).count == 6)
        }
    }

    @Test(
        "a redirect to nowhere is an outage",
        arguments: [
            nil, "", "http://127.0.0.1:99999/x", "http://127.0.0.1:0/", "ftp://127.0.0.1/", "http://", "//",
            "javascript:x",
        ] as [String?])
    func nowhere(_ location: String?) async throws {
        try await ClientBench.run(timeouts: .brief) { bench in
            bench.hub.configure { $0.requiresToken = false }
            let blob = try blob(bench)
            bench.hub.status(307, for: .blobs, headers: location.map { ["Location": $0] } ?? [:])
            let error = try await ClientBench.error { try await bench.client.download(blob.digest, of: name, from: 0) }
            #expect(error?.isInconclusive == true)
        }
    }

    @Test("what the CDN refuses is no verdict of the registry", arguments: [401, 403])
    func refusedByTheCDN(_ status: Int) async throws {
        try await ClientBench.run { bench in
            let blob = try blob(bench)
            bench.hub.status(status, for: .cdn, times: 1)
            let error = try await ClientBench.error { try await bench.client.download(blob.digest, of: name, from: 0) }
            #expect(error?.isInconclusive == true)
            #expect(error?.description.contains("sig=") == false)
        }
    }

    @Test("challenges and redirects leave their connection open for the next request")
    func connections() async throws {
        try await ClientBench.run { bench in
            let blob = try blob(bench)
            for _ in 0..<3 { _ = try await bench.client.download(blob.digest, of: name, from: 0).bytes() }
            #expect(Set(bench.hub.requests(to: .registry).map(\.connection)).count == 1)
            #expect(Set(bench.hub.requests(to: .cdn).map(\.connection)).count == 1)
        }
    }
}

extension UpstreamConfiguration.Timeouts {
    /// For tests in which real time has to run out.
    static var brief: Self {
        var timeouts = Self()
        timeouts.connect = .milliseconds(500)
        timeouts.head = .milliseconds(300)
        timeouts.stall = .milliseconds(200)
        return timeouts
    }
}
