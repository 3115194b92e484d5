import OCI
import Testing

@testable import BlobStore

@Suite("The contract of blob storage", .timeLimit(.minutes(1)))
struct BlobStorageConformanceTests {
    @Test(
        "what is committed comes back, whatever its size, digest and durability", arguments: Implementation.allCases,
        [0, 1, 4096, 300_001])
    func roundTrip(_ implementation: Implementation, size: Int) async throws {
        try await implementation.withStore { store async throws in
            var generator = SeededGenerator(seed: UInt64(size))
            for algorithm in Digest.Algorithm.allCases {
                for durability in [Durability.immediate, .deferred] {
                    let bytes = generator.bytes(size)
                    let digest = try await store.store(bytes, algorithm: algorithm, durability: durability)
                    #expect(digest.algorithm == algorithm)
                    #expect(try await store.open(digest)?.size == size)
                    #expect(try await store.contents(of: digest) == bytes)
                }
            }
        }
    }

    @Test("what is not stored is nil", arguments: Implementation.allCases)
    func unknown(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            #expect(try await store.open(Digest(of: [1])) == nil)
            #expect(try await store.resume("nobody") == nil)
            #expect(try await store.remove(Digest(of: [1])) == false)
            #expect(try await store.digests().isEmpty)
        }
    }

    @Test("a partial blob is not visible", arguments: Implementation.allCases)
    func invisible(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            let partial = try await store.begin("upload")
            try await store.append([1, 2, 3], to: partial)
            #expect(partial.size == 3)
            #expect(try await store.open(Digest(of: [1, 2, 3])) == nil)
            #expect(try await store.digests().isEmpty)
        }
    }

    @Test("a wrong digest leaves nothing visible and the partial blob as it was", arguments: Implementation.allCases)
    func wrongDigest(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            let wrong = Digest(of: [9])
            let partial = try await store.begin("upload")
            try await store.append([1, 2], to: partial)
            for digest in [wrong, Digest(of: [9], algorithm: .sha512)] {
                await expectFailure(.digestMismatch) {
                    try await store.commit(partial, as: digest, durability: .immediate)
                }
            }
            #expect(try await store.digests().isEmpty)
            #expect(partial.size == 2)
            try await store.append([3], to: partial)
            try await store.commit(partial, as: Digest(of: [1, 2, 3]), durability: .immediate)
            #expect(try await store.contents(of: Digest(of: [1, 2, 3])) == [1, 2, 3])
            #expect(try await store.open(wrong) == nil)
        }
    }

    @Test("a size other than the expected one is refused", arguments: Implementation.allCases, [2, 4])
    func wrongSize(_ implementation: Implementation, expected: Int) async throws {
        try await implementation.withStore { store async throws in
            let partial = try await store.begin("fill")
            partial.expect(size: expected)
            try await store.append([1, 2, 3], to: partial)
            let digest = Digest(of: [1, 2, 3])
            await expectFailure(.sizeMismatch) { try await store.commit(partial, as: digest, durability: .deferred) }
            #expect(try await store.open(digest) == nil)
        }
    }

    @Test("a name in use is refused, and free again after commit or discard", arguments: Implementation.allCases)
    func names(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            let first = try await store.begin("upload")
            await expectFailure(.inUse) { _ = try await store.begin("upload") }
            await store.discard(first, because: StorageError(.abandoned, "no"))
            let second = try await store.begin("upload")
            try await store.append([1], to: second)
            // The name is another's by now.
            await store.discard(first, because: StorageError(.abandoned, "no"))
            try await store.commit(second, as: Digest(of: [1]), durability: .immediate)
            await store.discard(second, because: StorageError(.abandoned, "too late"))
            #expect(try await store.contents(of: Digest(of: [1])) == [1])
            #expect(try await store.resume("upload") == nil)
            _ = try await store.begin("upload")
        }
    }

    @Test(
        "a name that could lead elsewhere is refused", arguments: Implementation.allCases,
        ["", ".", "..", "a/b", "../blobs/x", "a b", "a\0b", "é", String(repeating: "a", count: 129)])
    func badNames(_ implementation: Implementation, name: String) async throws {
        try await implementation.withStore { store async throws in
            await expectFailure(.fileSystem) { _ = try await store.begin(name) }
            #expect(try await store.resume(name) == nil)
        }
    }

    @Test("a partial blob takes nothing more once it has ended", arguments: Implementation.allCases)
    func ended(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            let digest = Digest(of: [1])
            let committed = try await store.begin("committed")
            try await store.append([1], to: committed)
            try await store.commit(committed, as: digest, durability: .immediate)
            let discarded = try await store.begin("discarded")
            try await store.append([1], to: discarded)
            await store.discard(discarded, because: StorageError(.abandoned, "no"))
            for partial in [committed, discarded] {
                await expectFailure(.abandoned) { try await store.append([2], to: partial) }
                await expectFailure(.abandoned) { try await store.commit(partial, as: digest, durability: .immediate) }
            }
            #expect(try await store.contents(of: digest) == [1])
        }
    }

    @Test("a partial blob in use is resumed as it is", arguments: Implementation.allCases)
    func resumeInUse(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            let partial = try await store.begin("upload")
            try await store.append([1], to: partial)
            #expect(try await store.resume("upload") === partial)
            try await store.discardPartials(keeping: [], olderThan: .zero)
            #expect(try await store.resume("upload") === partial)
        }
    }

    @Test("all that is stored is listed, and what is removed is not", arguments: Implementation.allCases)
    func listing(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            var stored: Set<Digest> = []
            for value in UInt8(0)..<20 {
                stored.insert(
                    try await store.store(
                        [value], algorithm: value.isMultiple(of: 2) ? .sha256 : .sha512, durability: .deferred))
            }
            #expect(Set(try await store.digests()) == stored)
            let first = stored.popFirst()
            let gone = try #require(first)
            #expect(try await store.remove(gone))
            #expect(try await store.remove(gone) == false)
            #expect(try await store.open(gone) == nil)
            #expect(Set(try await store.digests()) == stored)
            try await store.syncDeferred()
            #expect(Set(try await store.digests()) == stored)
        }
    }

    @Test("the same blob may be committed twice", arguments: Implementation.allCases)
    func twice(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            for durability in [Durability.immediate, .deferred, .deferred, .immediate] {
                let digest = try await store.store([1, 2, 3], durability: durability)
                #expect(try await store.contents(of: digest) == [1, 2, 3])
            }
            #expect(try await store.digests().count == 1)
        }
    }

    @Test("a blob that is removed while it is read can be read to its end", arguments: Implementation.allCases)
    func removedWhileRead(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            var generator = SeededGenerator(seed: 7)
            let bytes = generator.bytes(100_000)
            let digest = try await store.store(bytes)
            let reader = try #require(try await store.open(digest))
            let beginning = try reader.read(at: 0, count: 10)
            #expect(try await store.remove(digest))
            #expect(beginning + (try await reader.follow(from: 10)) == bytes)
        }
    }

    @Test("a reader asked for more than there is gives what there is", arguments: Implementation.allCases)
    func beyondTheEnd(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            let reader = try #require(try await store.open(try await store.store([1, 2, 3])))
            #expect(try reader.read(at: 1, count: 100) == [2, 3])
            #expect(try reader.read(at: 3, count: 1).isEmpty)
            #expect(try reader.read(at: 10, count: 1).isEmpty)
        }
    }
}
