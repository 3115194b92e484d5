import BlobStore
import Catalog
import OCI
import TestSupport
import Testing
import Upstream

@testable import PullThrough

@Suite("Fills", .timeLimit(.minutes(2)))
struct FillTests {
    private static let content = FakeHub.bytes(count: 1 << 20)

    private static func run(
        _ setup: CacheBench.Setup = .init(), _ body: @escaping @Sendable (CacheBench, String) async throws -> Void
    ) async throws {
        try await CacheBench.run(setup) { bench in
            try await body(bench, bench.hub.put(blob: content, in: "library/ubuntu"))
        }
    }

    private static func expectWhole(_ digest: String, _ bench: CacheBench) async throws {
        let bytes = try await bench.bytes(digest)
        #expect(bytes == content)
    }

    @Test("a blob comes through while it is stored, and from the store afterwards, also with the upstream off")
    func missThenHit() async throws {
        try await Self.run { bench, digest in
            let first = try await bench.blob(digest)
            #expect(first.outcome == .miss)
            #expect(first.size == Self.content.count)
            #expect(try await first.bytes() == Self.content)
            try await bench.settled(digest)
            await bench.hub.offline()
            let second = try await bench.blob(digest)
            #expect(second.outcome == .hit)
            #expect(try await second.bytes() == Self.content)
        }
    }

    @Test("fifty who ask at once are served by one GET")
    func oneFill() async throws {
        try await Self.run { bench, digest in
            bench.hub.holdBlob(digest, afterBytes: 1000)
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<50 { group.addTask { try await bench.bytes(digest) } }
                try await bench.hub.waitUntilHeld(digest)
                bench.hub.releaseBlob(digest)
                for try await bytes in group { #expect(bytes == Self.content) }
            }
            #expect(bench.hub.blobGets(digest) == 1)
            #expect(bench.hub.count("GET", containing: "/blobs/") == 2, "one challenged, one redirected")
        }
    }

    @Test("a small blob asked for again and again while its fill ends is downloaded once", arguments: 0..<10)
    func endOfFill(_ round: Int) async throws {
        try await CacheBench.run { bench in
            let small = FakeHub.bytes(count: 10, seed: UInt64(round))
            let digest = bench.hub.put(blob: small, in: "library/ubuntu")
            try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        _ = try await bench.bytes(digest)
                        return try await bench.bytes(digest)
                    }
                }
                for try await bytes in group { #expect(bytes == small) }
            }
            #expect(bench.hub.blobGets(digest) == 1)
        }
    }

    @Test("the head is answered at once, before the bytes")
    func headFirst() async throws {
        try await Self.run { bench, digest in
            bench.hub.holdBlob(digest, afterBytes: 0)
            let blob = try await bench.blob(digest)
            #expect(blob.size == Self.content.count)
            bench.hub.releaseBlob(digest)
            #expect(try await blob.bytes() == Self.content)
        }
    }

    @Test("a client that leaves does not stop the fill")
    func leaving() async throws {
        try await Self.run { bench, digest in
            bench.hub.holdBlob(digest, afterBytes: 1000)
            let first = Task { try await bench.bytes(digest) }
            try await bench.hub.waitUntilHeld(digest)
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            bench.hub.releaseBlob(digest)
            try await bench.settled(digest)
            await bench.hub.offline()
            try await Self.expectWhole(digest, bench)
            #expect(bench.hub.blobGets(digest) == 1)
        }
    }

    @Test("a client that leaves before there is a head does not stop the fill either")
    func leavingEarly() async throws {
        try await Self.run { bench, digest in
            bench.hub.hang(.cdn)
            let first = Task { try await bench.blob(digest) }
            try await bench.hub.waitUntilHanging(.cdn)
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            bench.hub.release(.cdn)
            try await bench.settled(digest)
            #expect(try await bench.blob(digest).outcome == .hit)
            #expect(bench.hub.blobGets(digest) == 1)
        }
    }

    @Test("a reader that begins in the middle of a running fill gets what is there and follows")
    func range() async throws {
        try await Self.run { bench, digest in
            bench.hub.holdBlob(digest, afterBytes: 600_000)
            let first = try await bench.blob(digest)
            try await bench.hub.waitUntilHeld(digest)
            let reader = try #require(try await bench.blob(digest).reader)
            let available = try await reader.available(beyond: 500_000)
            #expect((500_001...600_000).contains(available))
            #expect(try reader.read(at: 500_000, count: 100) == Array(Self.content[500_000..<500_100]))
            async let tail = first.bytes(from: 700_000)
            bench.hub.releaseBlob(digest)
            #expect(try await tail == Array(Self.content[700_000...]))
            #expect(bench.hub.blobGets(digest) == 1)
        }
    }

    @Test("a broken download is resumed where it broke, on a fresh redirect, and readers notice nothing")
    func resume() async throws {
        try await Self.run { bench, digest in
            bench.hub.cutBlob(digest, afterBytes: 123_456)
            try await Self.expectWhole(digest, bench)
            let asked = bench.hub.requests(to: .cdn)
            #expect(asked.count == 2)
            let range = try #require(asked.last?.rangeHeader)
            #expect(range.hasPrefix("bytes=") && range.hasSuffix("-") && range != "bytes=0-")
            #expect(Set(asked.map(\.query)).count == 2, "each with a signature of its own")
        }
    }

    @Test("a server that ignores Range sends everything again, of which only the rest is kept")
    func resumeWithoutRange() async throws {
        try await Self.run { bench, digest in
            bench.hub.configure { $0.ignoresRange = true }
            bench.hub.cutBlob(digest, afterBytes: 123_456)
            try await Self.expectWhole(digest, bench)
            #expect(bench.hub.requests(to: .cdn).map(\.status) == [200, 200])
        }
    }

    @Test("a blob without a stated size comes through, cut or not", arguments: [false, true])
    func unknownSize(_ isCut: Bool) async throws {
        try await Self.run { bench, digest in
            bench.hub.configure { $0.chunked = true }
            if isCut { bench.hub.cutBlob(digest, afterBytes: 123_456) }
            try await Self.expectWhole(digest, bench)
        }
    }

    @Test("a download that stalls is taken up again")
    func stall() async throws {
        var setup = CacheBench.Setup()
        // Real time has to run out; long enough for a busy machine to send a head within it.
        setup.timeouts.stall = .seconds(4)
        setup.hasRealPauses = true
        try await Self.run(setup) { bench, digest in
            bench.hub.holdBlob(digest, afterBytes: 5000, times: 1)
            try await Self.expectWhole(digest, bench)
            #expect(bench.hub.blobGets(digest) == 2)
        }
    }

    @Test("an outage in the middle is waited out, with pauses that grow", arguments: [500, 429, 403])
    func outage(_ status: Int) async throws {
        try await Self.run { bench, digest in
            bench.hub.cutBlob(digest, afterBytes: 5000)
            bench.hub.holdBlob(digest, afterBytes: 1000)
            let blob = try await bench.blob(digest)
            async let bytes = blob.bytes()
            try await bench.hub.waitUntilHeld(digest)
            bench.hub.status(status, for: .cdn, times: 3)
            bench.hub.releaseBlob(digest)
            for pause in [200, 400, 800] {
                try await bench.sleeper.waitForSleepers()
                bench.sleeper.advance(by: .milliseconds(pause))
            }
            #expect(try await bytes == Self.content)
        }
    }

    @Test("an upstream that does not come back ends the fill, and readers end short")
    func givingUp() async throws {
        try await Self.run { bench, digest in
            bench.hub.holdBlob(digest, afterBytes: 5000)
            let blob = try await bench.blob(digest)
            let reading = Task { try await blob.bytes() }
            try await bench.hub.waitUntilHeld(digest)
            await bench.hub.offline()
            for _ in 1..<FillRetry.limit {
                try await bench.sleeper.waitForSleepers()
                bench.sleeper.advance(by: FillRetry.longestPause)
            }
            await #expect(throws: StorageError.self) { try await reading.value }
            #expect(try await bench.blobs.open(try Digest(digest)) == nil)
            bench.hub.clearFaults()
            try await bench.hub.online()
            try await Self.expectWhole(digest, bench)
        }
    }

    @Test("before the first byte there is one more attempt, then the client is told")
    func givingUpEarly() async throws {
        try await Self.run { bench, digest in
            await bench.hub.offline()
            async let refusal = bench.refusal { try await bench.blob(digest) }
            try await bench.sleeper.waitForSleepers()
            bench.sleeper.advance(by: .seconds(1))
            #expect(try await refusal?.code == .unavailable)
        }
    }

    @Test("wrong bytes are never stored or served whole, and the next request starts anew")
    func corrupt() async throws {
        try await Self.run { bench, digest in
            try bench.hub.corrupt(digest, times: 1)
            let blob = try await bench.blob(digest)
            var got = 0
            do {
                let reader = try #require(blob.reader)
                while got < blob.size { got = try await reader.available(beyond: got) }
                Issue.record("the reader of a corrupt blob was given all of it")
            } catch is StorageError {}
            #expect(got < blob.size)
            // Asked at the very moment at which the reader learns of it.
            try await Self.expectWhole(digest, bench)
            #expect(bench.hub.blobGets(digest) == 2)
        }
    }

    @Test("a blob shorter or longer than it should be is refused like any other wrong one", arguments: [-1, 1])
    func wrongSize(_ difference: Int) async throws {
        try await Self.run { bench, digest in
            let size = Self.content.count + difference
            if difference < 0 {
                try bench.hub.truncate(digest, to: size, times: 1)
            } else {
                try bench.hub.inflate(digest, to: size, times: 1)
            }
            let blob = try await bench.blob(digest)
            #expect(blob.size == size)
            await #expect(throws: StorageError.self) { try await blob.bytes() }
            try await Self.expectWhole(digest, bench)
        }
    }

    @Test("a size that changes between two attempts ends the fill")
    func changingSize() async throws {
        try await Self.run { bench, digest in
            bench.hub.cutBlob(digest, afterBytes: 5000)
            bench.hub.holdBlob(digest, afterBytes: 1000, times: 1)
            let blob = try await bench.blob(digest)
            try await bench.hub.waitUntilHeld(digest)
            try bench.hub.inflate(digest, to: 2 << 20, times: 1)
            bench.hub.releaseBlob(digest)
            await #expect(throws: StorageError.self) { try await blob.bytes() }
            #expect(try await bench.blobs.open(try Digest(digest)) == nil)
        }
    }

    @Test("an empty blob is a blob")
    func empty() async throws {
        try await CacheBench.run { bench in
            let digest = bench.hub.put(blob: [], in: "library/ubuntu")
            let blob = try await bench.blob(digest)
            #expect(blob.size == 0)
            try await bench.settled(digest)
            #expect(try await bench.blob(digest).outcome == .hit)
        }
    }

    @Test("a limit before the first byte reaches the client as such, at once", arguments: [nil, 9])
    func limited(_ retryAfter: Int?) async throws {
        try await Self.run { bench, digest in
            bench.hub.status(429, for: .blobs, retryAfter: retryAfter, body: "Too Many Requests")
            let refusal = try await bench.refusal { try await bench.blob(digest) }
            #expect(refusal?.code == .tooManyRequests)
            #expect(refusal?.retryAfter == retryAfter ?? 60)
        }
    }

    @Test("HEAD of a blob that is not held is answered by HEAD")
    func headOnly() async throws {
        try await Self.run { bench, digest in
            let blob = try await bench.blob(digest, headOnly: true)
            #expect(blob.size == Self.content.count)
            #expect(blob.reader == nil)
            #expect(bench.hub.requests.allSatisfy { $0.method == "HEAD" || $0.listener == .auth })
        }
    }

    @Test("a blob that is not there is asked for once in 30 seconds", arguments: [false, true])
    func absent(_ headOnly: Bool) async throws {
        try await Self.run { bench, _ in
            let digest = FakeContent.digest(of: [1, 2, 3])
            for _ in 0..<3 {
                let refusal = try await bench.refusal { try await bench.blob(digest, headOnly: headOnly) }
                #expect(refusal?.code == .blobUnknown)
            }
            let asked = bench.hub.requests(to: .registry).count { $0.status == 404 }
            #expect(asked == 1)
            bench.hub.put(blob: [1, 2, 3], in: "library/ubuntu")
            bench.wall.pass(.seconds(30))
            #expect(try await bench.blob(digest).size == 3)
        }
    }

    @Test("what is under way when the server ends leaves nothing behind")
    func shutdown() async throws {
        try await Self.run { bench, digest in
            bench.hub.holdBlob(digest, afterBytes: 1000)
            try await bench.restarted { inner in
                _ = try await inner.blob(digest)
                try await bench.hub.waitUntilHeld(digest)
            }
            #expect(try await bench.blobs.open(try Digest(digest)) == nil)
            bench.hub.releaseBlob(digest)
            try await Self.expectWhole(digest, bench)
        }
    }

    @Test("a request that comes after the background was closed is not left waiting")
    func afterTheEnd() async throws {
        try await Self.run { bench, digest in
            bench.cache.background.finish()
            await #expect(throws: CancellationError.self) { try await bench.blob(digest) }
            await #expect(throws: CancellationError.self) { try await bench.manifest("latest") }
            let blob = try Digest(digest)
            #expect(bench.cache.fills.underWay(blob) == nil)
        }
    }
}
