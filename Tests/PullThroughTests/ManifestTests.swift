import BlobStore
import Catalog
import OCI
import TestSupport
import Testing
import Upstream

@testable import PullThrough

@Suite("Manifests", .timeLimit(.minutes(2)))
struct ManifestTests {
    @Test("a manifest is fetched once, and served unasked while it is fresh")
    func fresh() async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            let first = try await bench.manifest("latest")
            #expect(first.outcome == .miss)
            #expect(first.bytes == image.manifest.bytes)
            #expect(first.digest.description == image.digest)
            #expect(first.mediaType == .ociManifest)
            #expect(first.freshUntil == bench.wall.clock.now().advanced(by: .seconds(300)))
            bench.hub.forgetRequests()
            bench.wall.pass(.seconds(299))
            let second = try await bench.manifest("latest")
            #expect(second.outcome == .hit)
            #expect(second.bytes == image.manifest.bytes)
            #expect(second.freshUntil == first.freshUntil)
            let byDigest = try await bench.manifest(image.digest)
            #expect(byDigest.outcome == .hit)
            #expect(byDigest.freshUntil == nil)
            #expect(bench.hub.requests.isEmpty)
        }
    }

    @Test("an index and what it lists are cached alike, in either format", arguments: [FakeImage.Format.oci, .docker])
    func index(_ format: FakeImage.Format) async throws {
        try await CacheBench.run { bench in
            let images = ["linux/amd64", "linux/arm64"].map {
                bench.hub.addImage(repository: "library/ubuntu", layers: [], platform: $0, format: format)
            }
            let index = bench.hub.addIndex(repository: "library/ubuntu", tag: "latest", images: images, format: format)
            let first = try await bench.manifest("latest")
            #expect(first.bytes == index.manifest.bytes)
            #expect(try await bench.manifest(images[1].digest).bytes == images[1].manifest.bytes)
            #expect(bench.hub.manifestGets == 2)
            await bench.hub.offline()
            #expect(try await bench.manifest("latest").mediaType.isIndex)
            #expect(try await bench.manifest(images[1].digest).outcome == .hit)
            #expect(try await bench.refusal { try await bench.manifest(images[0].digest) }?.code == .unavailable)
        }
    }

    @Test("fifty who ask at once for a cold manifest cost one pull")
    func oneFetch() async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.hang(.manifestGets)
            try await withThrowingTaskGroup(of: CachedManifest.self) { group in
                for _ in 0..<50 { group.addTask { try await bench.manifest("latest") } }
                try await bench.hub.waitUntilHanging(.manifestGets)
                bench.hub.release(.manifestGets)
                for try await manifest in group { #expect(manifest.bytes == image.manifest.bytes) }
            }
            #expect(bench.hub.pulls() == 1)
        }
    }

    @Test("a client that leaves does not stop the fetch")
    func leaving() async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.hang(.manifestGets)
            let first = Task { try await bench.manifest("latest") }
            try await bench.hub.waitUntilHanging(.manifestGets)
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            async let second = bench.manifest("latest")
            bench.hub.release(.manifestGets)
            _ = try await second
            #expect(bench.hub.manifestGets == 1)
        }
    }

    @Test("past its freshness a tag costs one free HEAD, shared by all who ask at that moment")
    func revalidation() async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            _ = try await bench.manifest("latest")
            bench.hub.forgetRequests()
            bench.wall.pass(.seconds(300))
            bench.hub.hang(.manifestHeads)
            try await withThrowingTaskGroup(of: CachedManifest.self) { group in
                for number in 0..<50 {
                    group.addTask { try await bench.manifest("latest", headOnly: number.isMultiple(of: 2)) }
                }
                // Everyone waits, bounded by the clock.
                try await bench.sleeper.waitForSleepers(50)
                bench.hub.release(.manifestHeads)
                for try await manifest in group { #expect(manifest.outcome == .hit) }
            }
            #expect(bench.hub.manifestHeads == 1)
            #expect(bench.hub.manifestGets == 0)
            #expect(bench.sleeper.sleeperCount == 0)
            // Fresh again from then on.
            bench.wall.pass(.seconds(299))
            _ = try await bench.manifest("latest")
            #expect(bench.hub.manifestHeads == 1)
        }
    }

    @Test("a freshness of 0 asks every time, and still never fetches what is held")
    func neverFresh() async throws {
        var setup = CacheBench.Setup()
        setup.freshness = .zero
        try await CacheBench.run(setup) { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            for _ in 0..<5 { _ = try await bench.manifest("latest") }
            #expect(bench.hub.manifestGets == 1)
            #expect(bench.hub.pulls() == 1)
        }
    }

    @Test("a tag that moved is fetched by digest")
    func moved() async throws {
        try await CacheBench.run { bench in
            let old = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            _ = try await bench.manifest("latest")
            let new = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [], annotation: "new")
            bench.hub.forgetRequests()
            bench.wall.pass(.seconds(301))
            let manifest = try await bench.manifest("latest")
            #expect(manifest.outcome == .miss)
            #expect(manifest.digest.description == new.digest)
            #expect(bench.hub.count("GET", containing: "/manifests/\(new.digest)") == 1)
            #expect(bench.hub.manifestGets == 1)
            // Back to the old one, which is held.
            bench.hub.move(tag: "latest", in: "library/ubuntu", to: old.digest)
            bench.wall.pass(.seconds(301))
            let again = try await bench.manifest("latest")
            #expect(again.digest.description == old.digest)
            #expect(again.outcome == .hit)
            #expect(bench.hub.manifestGets == 1)
        }
    }

    @Test("HEAD of a tag that moved costs no pull either")
    func headOfMoved() async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            _ = try await bench.manifest("latest")
            let new = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [], annotation: "new")
            bench.wall.pass(.seconds(301))
            for _ in 0..<3 {
                let head = try await bench.manifest("latest", headOnly: true)
                #expect(head.digest.description == new.digest)
                #expect(head.size == new.manifest.size)
            }
            #expect(bench.hub.pulls() == 1)
            #expect(try await bench.manifest("latest").bytes == new.manifest.bytes)
            #expect(bench.hub.pulls() == 2)
        }
    }

    @Test("HEAD of a manifest that is not held costs no pull", arguments: [true, false])
    func headOfUncached(_ byTag: Bool) async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            let head = try await bench.manifest(byTag ? "latest" : image.digest, headOnly: true)
            #expect(head.digest.description == image.digest)
            #expect(head.mediaType == .ociManifest)
            #expect(head.size == image.manifest.size)
            #expect(head.bytes == nil)
            #expect(head.outcome == .miss)
            #expect(bench.hub.manifestGets == 0)
            #expect(bench.hub.pulls() == 0)
        }
    }

    @Test("an upstream whose HEAD does not name the digest is asked by GET")
    func headWithoutDigest() async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.configure { $0.digestHeader = .missing }
            let head = try await bench.manifest("latest", headOnly: true)
            #expect(head.digest.description == image.digest)
            #expect(head.bytes == nil)
            #expect(bench.hub.pulls() == 1)
        }
    }

    @Test("HEAD by digest is about that digest, whatever the upstream says, and so is GET")
    func lyingDigest() async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", layers: [])
            let other = bench.hub.addImage(repository: "library/debian", layers: [], annotation: "other")
            _ = try await bench.manifest(other.digest, of: "library/debian")
            bench.hub.configure { $0.digestHeader = .wrong }
            #expect(try await bench.manifest(image.digest, headOnly: true).digest.description == image.digest)
            #expect(try await bench.manifest(image.digest).bytes == image.manifest.bytes)
        }
    }

    @Test("a tag whose digest the upstream then does not have is served stale, and is not dropped")
    func contradiction() async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            _ = try await bench.manifest("latest")
            bench.hub.configure { $0.digestHeader = .wrong }
            bench.wall.pass(.seconds(301))
            for _ in 0..<2 {
                let manifest = try await bench.manifest("latest")
                #expect(manifest.outcome == .stale)
                #expect(manifest.bytes == image.manifest.bytes)
            }
        }
    }

    @Test("a manifest that does not match its digest is not stored")
    func corrupt() async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            try bench.hub.inflate(image.digest, to: 2000, times: 1)
            #expect(try await bench.refusal { try await bench.manifest("latest") }?.code == .unavailable)
            #expect(try await bench.blobs.digests().isEmpty)
            #expect(try await bench.manifest("latest").bytes == image.manifest.bytes)
        }
    }

    @Test("a manifest held through one repository is not fetched again for another that has it too")
    func sharedManifest() async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            bench.hub.addImage(repository: "mirror/ubuntu", tag: "latest", layers: [])
            _ = try await bench.manifest("latest")
            #expect(try await bench.manifest(image.digest, of: "mirror/ubuntu").outcome == .hit)
            #expect(try await bench.manifest("latest", of: "mirror/ubuntu").outcome == .hit)
            #expect(bench.hub.manifestGets == 1)
            bench.hub.addRepository("other/ubuntu")
            let refusal = try await bench.refusal { try await bench.manifest(image.digest, of: "other/ubuntu") }
            #expect(refusal?.code == .manifestUnknown)
        }
    }

    @Test("two upstreams' repositories of one name are two repositories")
    func twoUpstreams() async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            _ = try await bench.manifest("latest")
            await bench.hub.offline()
            let refusal = try await bench.refusal { try await bench.manifest("latest", at: CacheBench.quay) }
            #expect(refusal?.code == .unavailable)
            #expect(try await bench.manifest("latest").outcome == .hit)
        }
    }

    @Test("a tag that the upstream has no more is dropped, and remembered as absent for 30 seconds")
    func gone() async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            _ = try await bench.manifest("latest")
            bench.hub.remove(tag: "latest", in: "library/ubuntu")
            bench.wall.pass(.seconds(301))
            bench.hub.forgetRequests()
            for _ in 0..<3 {
                #expect(try await bench.refusal { try await bench.manifest("latest") }?.code == .manifestUnknown)
            }
            #expect(bench.hub.manifestHeads == 1)
            // What it pointed at is still held.
            #expect(try await bench.manifest(image.digest).outcome == .hit)
            bench.hub.move(tag: "latest", in: "library/ubuntu", to: image.digest)
            bench.wall.pass(.seconds(30))
            #expect(try await bench.manifest("latest").outcome == .hit)
            #expect(bench.hub.pulls() == 1)
        }
    }

    @Test(
        "a missing image is a 404 that is remembered for 30 seconds, whether the upstream says 404 or 401",
        arguments: [HubBehaviour.UnknownRepository.unauthorized, .nameUnknown], [false, true])
    func absent(_ behaviour: HubBehaviour.UnknownRepository, _ headOnly: Bool) async throws {
        try await CacheBench.run { bench in
            bench.hub.configure { $0.unknownRepository = behaviour }
            let digest = FakeContent.digest(of: [1])
            for reference in ["latest", digest] {
                for _ in 0..<3 {
                    let refusal = try await bench.refusal {
                        try await bench.manifest(reference, of: "no/such", headOnly: headOnly)
                    }
                    #expect(refusal?.code == .manifestUnknown)
                }
            }
            let asked = bench.hub.requests(to: .registry).count
            _ = try await bench.refusal { try await bench.manifest("latest", of: "no/such") }
            #expect(bench.hub.requests(to: .registry).count == asked)
            let image = bench.hub.addImage(repository: "no/such", tag: "latest", layers: [])
            bench.wall.pass(.seconds(30))
            #expect(try await bench.manifest("latest", of: "no/such").bytes == image.manifest.bytes)
        }
    }
}
