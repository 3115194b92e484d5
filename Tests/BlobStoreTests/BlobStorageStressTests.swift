import OCI
import Testing

@testable import BlobStore

/// Everything at once, in an order that differs by seed. Whatever a store gives out must hash to the digest asked for.
@Suite("A store under many hands", .timeLimit(.minutes(2)))
struct BlobStorageStressTests {
    private static let contents: [[UInt8]] = [0, 1, 2, 1000, 65_536, 200_001].map { size in
        var generator = SeededGenerator(seed: UInt64(size))
        return generator.bytes(size)
    }

    @Test(
        "what is given out always hashes to its digest", arguments: Implementation.allCases, [1, 2, 3] as [UInt64])
    func randomOperations(_ implementation: Implementation, seed: UInt64) async throws {
        let (store, folder) = try implementation.make()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<12 {
                group.addTask {
                    var generator = SeededGenerator(seed: seed << 8 + UInt64(worker))
                    for round in 0..<60 {
                        try await Self.operate(on: store, named: "p-\(worker)-\(round)", &generator)
                    }
                }
            }
            try await group.waitForAll()
        }
        for digest in try await store.digests() { try await Self.check(digest, in: store) }
        if let folder {
            // The lock, and nothing else.
            #expect(try folder.openDescriptors() == 1)
            #expect(try Folder.names(in: folder.path + "/store/partial").isEmpty)
        }
        withExtendedLifetime(store) {}
    }

    @Test("one name in many hands never spoils a blob", arguments: Implementation.allCases, [4, 5] as [UInt64])
    func sharedNames(_ implementation: Implementation, seed: UInt64) async throws {
        let (store, folder) = try implementation.make()
        let bytes: [UInt8] = [1, 2, 3]
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<12 {
                group.addTask {
                    var generator = SeededGenerator(seed: seed << 8 + UInt64(worker))
                    for _ in 0..<150 { await Self.meddle(with: store, bytes, &generator) }
                }
            }
        }
        for digest in try await store.digests() { try await Self.check(digest, in: store) }
        withExtendedLifetime((store, folder)) {}
    }

    private static func operate(
        on store: any BlobStorage, named name: String, _ generator: inout SeededGenerator
    ) async throws {
        let bytes = contents[generator.next(below: contents.count)]
        let digest = Digest(of: bytes, algorithm: Bool.random(using: &generator) ? .sha256 : .sha512)
        switch generator.next(below: 10) {
        case 0: _ = try await store.remove(digest)
        case 1: try await store.syncDeferred()
        case 2: try await store.discardPartials(keeping: [], olderThan: .zero)
        case 3, 4, 5: try await check(digest, in: store)
        default: try await bring(bytes, as: digest, into: store, named: name, &generator)
        }
    }

    /// Downloads, with followers; sometimes breaks off, sometimes tries a wrong digest first.
    private static func bring(
        _ bytes: [UInt8], as digest: Digest, into store: any BlobStorage, named name: String,
        _ generator: inout SeededGenerator
    ) async throws {
        let partial = try await store.begin(name)
        partial.expect(size: bytes.count)
        let reader = partial.reader(size: bytes.count)
        let reason = StorageError(.abandoned, "broken off")
        let isBroken = generator.next(below: 5) == 0
        let steps = (0..<4).map { _ in generator.next(below: bytes.count + 1) }.sorted() + [bytes.count]
        let durability: Durability = Bool.random(using: &generator) ? .immediate : .deferred
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    do {
                        #expect(try await reader.follow(from: 0) == bytes)
                    } catch { #expect(isBroken && error as? StorageError == reason) }
                }
            }
            var start = 0
            for end in steps {
                try await store.append(bytes[start..<end], to: partial)
                start = end
            }
            await expectFailure(.digestMismatch) {
                try await store.commit(partial, as: Digest(of: bytes + [0]), durability: durability)
            }
            if isBroken {
                await store.discard(partial, because: reason)
            } else {
                try await store.commit(partial, as: digest, durability: durability)
            }
            try await group.waitForAll()
        }
    }

    /// Does anything with one of two names that others use too; most of it fails, which is as it should be.
    private static func meddle(with store: any BlobStorage, _ bytes: [UInt8], _ generator: inout SeededGenerator) async
    {
        let name = "shared-\(generator.next(below: 2))"
        let begun = try? await store.begin(name)
        let resumed = try? await store.resume(name)
        guard let partial = begun ?? resumed ?? nil else { return }
        switch generator.next(below: 5) {
        case 0: await store.discard(partial, because: StorageError(.abandoned, "meddled with"))
        case 1: try? await store.commit(partial, as: Digest(of: bytes), durability: .deferred)
        case 2: try? await store.commit(partial, as: Digest(of: bytes), durability: .immediate)
        default: try? await store.append(bytes, to: partial)
        }
    }

    private static func check(_ digest: Digest, in store: any BlobStorage) async throws {
        guard let bytes = try await store.contents(of: digest) else { return }
        #expect(Digest(of: bytes, algorithm: digest.algorithm) == digest)
    }
}
