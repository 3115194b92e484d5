import BlobStore
import Catalog
import OCI
import TestSupport
import Testing
import Upstream

@testable import PullThrough

@Suite("Blobs of several repositories", .timeLimit(.minutes(2)))
struct SharedBlobTests {
    private static let content = FakeHub.bytes(count: 100_000)

    @Test("a blob held for one repository is served through another once the upstream confirms it, without a download")
    func confirmed() async throws {
        try await CacheBench.run { bench in
            let digest = bench.hub.put(blob: Self.content, in: "library/ubuntu")
            bench.hub.put(blob: Self.content, in: "library/debian")
            _ = try await bench.bytes(digest)
            try await bench.settled(digest)
            bench.hub.forgetRequests()
            let blob = try await bench.blob(digest, of: "library/debian")
            #expect(blob.outcome == .hit)
            #expect(bench.hub.blobGets(digest) == 0)
            #expect(bench.hub.count("HEAD", containing: "library/debian/blobs/") >= 1)
            await bench.hub.offline()
            #expect(try await bench.bytes(digest, of: "library/debian") == Self.content)
        }
    }

    @Test("a blob held for one repository is not served through another that does not have it")
    func refused() async throws {
        try await CacheBench.run { bench in
            let digest = bench.hub.put(blob: Self.content, in: "library/ubuntu")
            bench.hub.addRepository("library/debian")
            _ = try await bench.bytes(digest)
            for headOnly in [true, false] {
                let refusal = try await bench.refusal {
                    try await bench.blob(digest, of: "library/debian", headOnly: headOnly)
                }
                #expect(refusal?.code == .blobUnknown)
            }
        }
    }

    @Test("what was pushed here is not served through an upstream that only claims to have it: it must send it")
    func claimed() async throws {
        try await CacheBench.run { bench in
            let digest = bench.hub.put(blob: Self.content, in: "library/ubuntu")
            let partial = try await bench.blobs.begin("pushed")
            try Self.content.withUnsafeBytes { try partial.append($0) }
            try await bench.blobs.commit(partial, as: try Digest(digest), durability: .immediate)
            try await bench.catalog.link(
                try Digest(digest), size: Self.content.count, to: .local(try RepositoryName("team/secret")),
                at: bench.wall.clock.now())
            bench.hub.status(404, for: .cdn)
            let refusal = try await bench.refusal { try await bench.bytes(digest) }
            #expect(refusal != nil)
            bench.hub.clearFaults()
        }
    }

    @Test("an upstream that answers with nothing is not passed on as an empty blob")
    func nothing() async throws {
        try await CacheBench.run { bench in
            let digest = bench.hub.put(blob: Self.content, in: "library/ubuntu")
            bench.hub.status(204, for: .cdn)
            let refusal = try await bench.refusal { try await bench.bytes(digest) }
            #expect(refusal?.code == .unavailable)
            bench.hub.clearFaults()
            #expect(try await bench.bytes(digest) == Self.content)
        }
    }

    @Test("nor is it served when the upstream cannot say so")
    func unconfirmed() async throws {
        try await CacheBench.run { bench in
            let digest = bench.hub.put(blob: Self.content, in: "library/ubuntu")
            bench.hub.put(blob: Self.content, in: "library/debian")
            _ = try await bench.bytes(digest)
            await bench.hub.offline()
            let refusal = try await bench.refusal { try await bench.blob(digest, of: "library/debian") }
            #expect(refusal?.code == .unavailable)
        }
    }

    @Test("a layer shared with another image of the same upstream is served with the upstream off")
    func sharedLayer() async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [Self.content])
            bench.hub.addImage(repository: "library/debian", tag: "latest", layers: [Self.content])
            let digest = image.layers[0].digest
            _ = try await bench.bytes(digest)
            _ = try await bench.manifest("latest", of: "library/debian")
            try await bench.settled(digest)
            await bench.hub.offline()
            let blob = try await bench.blob(digest, of: "library/debian")
            #expect(blob.outcome == .hit)
            #expect(try await blob.bytes() == Self.content)
        }
    }

    @Test("what was pushed here is not served through an upstream's repository unless the upstream has it")
    func pushed() async throws {
        try await CacheBench.run { bench in
            bench.hub.addRepository("library/ubuntu")
            let digest = Digest(of: Self.content)
            let partial = try await bench.blobs.begin("push")
            try Self.content.withUnsafeBytes { try partial.append($0) }
            try await bench.blobs.commit(partial, as: digest, durability: .immediate)
            try await bench.catalog.link(
                digest, size: Self.content.count, to: .local(try RepositoryName("team/app")), at: bench.wall.clock.now()
            )
            let refusal = try await bench.refusal { try await bench.blob(digest.description) }
            #expect(refusal?.code == .blobUnknown)
        }
    }

    @Test(
        "one download serves two repositories that ask at once, each confirmed by the upstream",
        arguments: [true, false])
    func oneFill(_ isSameUpstream: Bool) async throws {
        try await CacheBench.run { bench in
            let digest = bench.hub.put(blob: Self.content, in: "library/ubuntu")
            bench.hub.put(blob: Self.content, in: "library/debian")
            let host = isSameUpstream ? "docker.io" : CacheBench.quay
            bench.hub.holdBlob(digest, afterBytes: 1000)
            async let first = bench.bytes(digest)
            try await bench.hub.waitUntilHeld(digest)
            let blob = try await bench.blob(digest, of: "library/debian", at: host)
            #expect(bench.hub.count("HEAD", containing: "library/debian/blobs/") >= 1)
            bench.hub.releaseBlob(digest)
            #expect(try await blob.bytes() == Self.content)
            #expect(try await first == Self.content)
            #expect(bench.hub.blobGets(digest) == 1)
            try await bench.settled(digest)
            await bench.hub.offline()
            #expect(try await bench.bytes(digest, of: "library/debian", at: host) == Self.content)
        }
    }

    @Test("a running fill of one repository is not followed through another that does not have the blob")
    func foreignFill() async throws {
        try await CacheBench.run { bench in
            let digest = bench.hub.put(blob: Self.content, in: "library/ubuntu")
            bench.hub.addRepository("library/debian")
            bench.hub.holdBlob(digest, afterBytes: 1000)
            async let first = bench.bytes(digest)
            try await bench.hub.waitUntilHeld(digest)
            let refusal = try await bench.refusal { try await bench.blob(digest, of: "library/debian") }
            #expect(refusal?.code == .blobUnknown)
            bench.hub.releaseBlob(digest)
            #expect(try await first == Self.content)
        }
    }

    @Test("a fill that ends while the other repository is being confirmed is not downloaded again")
    func endingMeanwhile() async throws {
        try await CacheBench.run { bench in
            let digest = bench.hub.put(blob: Self.content, in: "library/ubuntu")
            bench.hub.put(blob: Self.content, in: "library/debian")
            bench.hub.holdBlob(digest, afterBytes: 1000)
            async let first = bench.bytes(digest)
            try await bench.hub.waitUntilHeld(digest)
            bench.hub.hang(.head)
            async let second = bench.bytes(digest, of: "library/debian")
            try await bench.hub.waitUntilHanging(.head)
            bench.hub.releaseBlob(digest)
            #expect(try await first == Self.content)
            try await bench.settled(digest)
            bench.hub.release(.head)
            #expect(try await second == Self.content)
            #expect(bench.hub.blobGets(digest) == 1)
        }
    }
}
