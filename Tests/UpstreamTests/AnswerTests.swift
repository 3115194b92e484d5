import OCI
import TestSupport
import Testing

@testable import Upstream

@Suite("What an upstream answers", .timeLimit(.minutes(2)))
struct AnswerTests {
    private let name: RepositoryName
    private let latest: ManifestReference

    init() throws {
        name = try RepositoryName("library/ubuntu")
        latest = try ManifestReference("latest")
    }

    @Test("a head says digest, type and size, and costs no pull")
    func head() async throws {
        try await ClientBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            let head = try await bench.client.head(manifest: latest, of: name)
            #expect(head.digest?.description == image.digest)
            #expect(head.mediaType == .ociManifest)
            #expect(head.size == image.manifest.size)
            #expect(bench.hub.pulls() == 0)
        }
    }

    @Test("a head by digest is about that digest, whatever the upstream says")
    func lyingHead() async throws {
        try await ClientBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", layers: [])
            bench.hub.configure { $0.digestHeader = .wrong }
            let head = try await bench.client.head(manifest: try ManifestReference(image.digest), of: name)
            #expect(head.digest?.description == image.digest)
        }
    }

    @Test("a manifest that is not what its digest says is corrupt", arguments: ["latest", "digest"])
    func corruptManifest(_ by: String) async throws {
        try await ClientBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            try bench.hub.inflate(image.digest, to: image.manifest.size + 1)
            let reference = by == "latest" ? latest : try ManifestReference(image.digest)
            let error = try await ClientBench.error { try await bench.client.manifest(reference, of: name) }
            guard case .corrupt = error else {
                Issue.record("expected corruption, got \(String(describing: error))")
                return
            }
        }
    }

    @Test("a manifest of more than 4 MiB is not read to its end", arguments: [true, false])
    func hugeManifest(_ isChunked: Bool) async throws {
        try await ClientBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            try bench.hub.inflate(image.digest, to: 64 << 20, isChunked: isChunked)
            let error = try await ClientBench.error { try await bench.client.manifest(latest, of: name) }
            guard case .corrupt = error else {
                Issue.record("expected corruption, got \(String(describing: error))")
                return
            }
            #expect(bench.hub.bytesSent(of: image.digest) < 32 << 20)
        }
    }

    @Test("404 is an absence, 5xx and the unexpected are outages")
    func statuses() async throws {
        try await ClientBench.run { bench in
            bench.hub.addRepository("library/ubuntu")
            let missing = try await ClientBench.error { try await bench.client.head(manifest: latest, of: name) }
            #expect(missing == .notFound)
            for status in [500, 502, 503, 418, 400, 304] {
                bench.hub.status(status, for: .manifests, times: 1)
                let error = try await ClientBench.error { try await bench.client.head(manifest: latest, of: name) }
                guard case .unavailable = error else {
                    Issue.record("expected an outage for \(status), got \(String(describing: error))")
                    continue
                }
            }
        }
    }

    @Test(
        "429 is a limit, in JSON and in plain text, with and without Retry-After",
        arguments: [(nil, nil), (12, nil), (nil, "Too Many Requests"), (3600, "Too Many Requests")] as [(Int?, String?)]
    )
    func limits(_ retryAfter: Int?, _ body: String?) async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.status(429, for: .manifestGets, retryAfter: retryAfter, body: body)
            let error = try await ClientBench.error { try await bench.client.manifest(latest, of: name) }
            guard case .rateLimited(let message, let seconds) = error else {
                Issue.record("expected a limit, got \(String(describing: error))")
                return
            }
            #expect(seconds == retryAfter)
            #expect(message == body ?? "The fake was told to answer 429.")
        }
    }

    @Test("an error page in HTML is not passed on")
    func page() async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.status(429, for: .manifestGets, body: "<html><script>alert(1)</script></html>")
            let error = try await ClientBench.error { try await bench.client.manifest(latest, of: name) }
            #expect(error?.description.contains("<") == false)
        }
    }

    @Test("an upstream that says nothing is given up after the head timeout, one that is off at once")
    func silence() async throws {
        try await ClientBench.run(timeouts: .brief) { bench in
            bench.hub.hang(.all)
            let silent = try await ClientBench.error { try await bench.client.head(manifest: latest, of: name) }
            #expect(silent?.isInconclusive == true)
            bench.hub.release()
            await bench.hub.offline()
            let off = try await ClientBench.error { try await bench.client.head(manifest: latest, of: name) }
            #expect(off?.isInconclusive == true)
            #expect(off?.description.contains("http://") == false)
        }
    }

    @Test("a kept connection that the upstream closed does not fail the next question")
    func closedConnection() async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            for _ in 0..<10 {
                _ = try await bench.client.head(manifest: latest, of: name)
                try await bench.hub.cutConnections()
            }
        }
    }

    @Test("cancelling the asker ends the question")
    func cancellation() async throws {
        try await ClientBench.run { bench in
            bench.hub.hang(.manifests)
            let asking = Task { try await bench.client.head(manifest: latest, of: name) }
            try await bench.hub.waitUntilHanging(.manifests)
            asking.cancel()
            await #expect(throws: CancellationError.self) { try await asking.value }
        }
    }

    @Test("a download goes on from where it is asked to")
    func range() async throws {
        try await ClientBench.run { bench in
            let bytes = FakeHub.bytes(count: 10_000)
            let digest = try Digest(bench.hub.put(blob: bytes, in: "library/ubuntu"))
            let download = try await bench.client.download(digest, of: name, from: 4000)
            #expect(download.start == 4000)
            #expect(download.totalSize == 10_000)
            #expect(try await download.bytes() == Array(bytes[4000...]))
        }
    }

    @Test("a server that ignores Range is told by its start")
    func ignoredRange() async throws {
        try await ClientBench.run { bench in
            bench.hub.configure { $0.ignoresRange = true }
            let bytes = FakeHub.bytes(count: 10_000)
            let digest = try Digest(bench.hub.put(blob: bytes, in: "library/ubuntu"))
            let download = try await bench.client.download(digest, of: name, from: 4000)
            #expect(download.start == 0)
            #expect(download.totalSize == 10_000)
        }
    }

    @Test(
        "another range than was asked for is corrupt",
        arguments: [
            nil, "bytes 0-9/10000", "bytes 4001-4010/10000", "bytes 4000-3999/10000",
            "bytes 4000-9223372036854775807/*",
            "nonsense",
        ] as [String?])
    func wrongRange(_ field: String?) async throws {
        try await ClientBench.run { bench in
            let digest = try Digest(bench.hub.put(blob: FakeHub.bytes(count: 10_000), in: "library/ubuntu"))
            bench.hub.status(206, for: .cdn, body: "0123456789", headers: field.map { ["Content-Range": $0] } ?? [:])
            let error = try await ClientBench.error { try await bench.client.download(digest, of: name, from: 4000) }
            guard case .corrupt = error else {
                Issue.record("expected corruption, got \(String(describing: error))")
                return
            }
        }
    }

    @Test("a download that breaks off or stalls says so", arguments: [true, false])
    func broken(_ isCut: Bool) async throws {
        var timeouts = UpstreamConfiguration.Timeouts()
        // Real time has to run out; long enough for a busy machine to send a head within it.
        if !isCut { timeouts.stall = .seconds(4) }
        try await ClientBench.run(timeouts: timeouts) { bench in
            let digest = try Digest(bench.hub.put(blob: FakeHub.bytes(count: 10_000), in: "library/ubuntu"))
            if isCut {
                bench.hub.cutBlob(digest.description, afterBytes: 5000)
            } else {
                bench.hub.holdBlob(digest.description, afterBytes: 5000)
            }
            let download = try await bench.client.download(digest, of: name, from: 0)
            let error = try await ClientBench.error { try await download.bytes() }
            guard case .unavailable = error else {
                Issue.record("expected an outage, got \(String(describing: error))")
                return
            }
        }
    }

    @Test("a blob's size is asked without fetching it")
    func size() async throws {
        try await ClientBench.run { bench in
            let digest = try Digest(bench.hub.put(blob: FakeHub.bytes(count: 10_000), in: "library/ubuntu"))
            #expect(try await bench.client.size(ofBlob: digest, of: name) == 10_000)
            #expect(bench.hub.requests.allSatisfy { $0.method == "HEAD" || $0.listener == .auth })
        }
    }

    @Test("whether a repository exists is asked without a pull")
    func existence() async throws {
        try await ClientBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            #expect(try await bench.client.hasRepository(name))
            #expect(try await !bench.client.hasRepository(try RepositoryName("no/such")))
            bench.hub.configure { $0.unknownRepository = .nameUnknown }
            #expect(try await !bench.client.hasRepository(try RepositoryName("no/such")))
            #expect(bench.hub.pulls() == 0)
            bench.hub.status(503, for: .tags)
            let error = try await ClientBench.error { try await bench.client.hasRepository(name) }
            #expect(error?.isInconclusive == true)
        }
    }
}
