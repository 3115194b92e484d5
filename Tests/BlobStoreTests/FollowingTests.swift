import Glibc
import OCI
import Testing

@testable import BlobStore

@Suite("Following a growing blob", .timeLimit(.minutes(1)))
struct FollowingTests {
    @Test(
        "fifty followers, early, in the middle and late, read the same bytes", arguments: Implementation.allCases,
        [Durability.immediate, .deferred])
    func manyFollowers(_ implementation: Implementation, durability: Durability) async throws {
        try await implementation.withStore { store async throws in
            var generator = SeededGenerator(seed: 1)
            let bytes = generator.bytes(200_003)
            let partial = try await store.begin("fill")
            let reader = partial.reader(size: bytes.count)
            partial.expect(size: bytes.count)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<50 {
                    let start = index.isMultiple(of: 5) ? generator.next(below: bytes.count) : 0
                    let window = 1 + generator.next(below: 20_000)
                    group.addTask {
                        let read = try await reader.follow(from: start, window: window)
                        #expect(read == Array(bytes[start...]))
                    }
                }
                await partial.growth.waiters(reach: 50)
                var written = 0
                while written < bytes.count {
                    let count = min(1 + generator.next(below: 12_000), bytes.count - written)
                    try await store.append(bytes[written..<written + count], to: partial)
                    written += count
                }
                // All wait for the last byte now.
                await partial.growth.waiters(reach: 50)
                try await store.commit(partial, as: Digest(of: bytes), durability: durability)
                try await group.waitForAll()
            }
            #expect(partial.growth.waiterCount == 0)
            #expect(try await reader.follow(from: 0) == bytes)
            #expect(try await reader.follow(from: 200_000) == Array(bytes[200_000...]))
        }
    }

    @Test("nothing is visible before the size is stated", arguments: Implementation.allCases)
    func unknownSize(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            let partial = try await store.begin("fill")
            let reader = partial.reader(size: 3)
            async let available = reader.available(beyond: 0)
            await partial.growth.waiters(reach: 1)
            try await store.append([1, 2, 3], to: partial)
            #expect(partial.growth.waiterCount == 1)
            #expect(try reader.read(at: 0, count: 3).isEmpty)
            partial.expect(size: 3)
            #expect(try await available == 2)
        }
    }

    @Test("the last byte is withheld until the commit", arguments: Implementation.allCases, [1, 2, 5])
    func lastByte(_ implementation: Implementation, size: Int) async throws {
        try await implementation.withStore { store async throws in
            let bytes = [UInt8](repeating: 7, count: size)
            let partial = try await store.begin("fill")
            let reader = partial.reader(size: size)
            partial.expect(size: size)
            try await store.append(bytes, to: partial)
            #expect(try reader.read(at: 0, count: size).count == size - 1)
            async let last = reader.available(beyond: size - 1)
            await partial.growth.waiters(reach: 1)
            try await store.commit(partial, as: Digest(of: bytes), durability: .deferred)
            #expect(try await last == size)
            #expect(try reader.read(at: 0, count: size) == bytes)
        }
    }

    @Test("a download that is given up tells its followers why", arguments: Implementation.allCases)
    func discarded(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            let partial = try await store.begin("fill")
            let reader = partial.reader(size: 10)
            partial.expect(size: 10)
            try await store.append([1, 2, 3], to: partial)
            let reason = StorageError(.abandoned, "the upstream went away")
            try await withThrowingTaskGroup(of: StorageError?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        do {
                            _ = try await reader.follow(from: 0)
                            return nil
                        } catch { return error as? StorageError }
                    }
                }
                await partial.growth.waiters(reach: 20)
                await store.discard(partial, because: reason)
                for try await error in group { #expect(error == reason) }
            }
            #expect(try reader.read(at: 0, count: 10) == [1, 2, 3])
            await #expect(throws: reason) { try await reader.available(beyond: 3) }
            #expect(try await store.resume("fill") == nil)
        }
    }

    @Test("a follower that is cancelled leaves at once and disturbs no other", arguments: Implementation.allCases)
    func cancelled(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            let partial = try await store.begin("fill")
            let reader = partial.reader(size: 2)
            partial.expect(size: 2)
            async let patient = reader.follow(from: 0)
            await partial.growth.waiters(reach: 1)
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        _ = try await reader.available(beyond: 0)
                        return false
                    } catch { return error is CancellationError }
                }
                await partial.growth.waiters(reach: 2)
                group.cancelAll()
                #expect(await group.next() == true)
                // One that was cancelled before it asked.
                group.addTask { (try? await reader.available(beyond: 0)) == nil }
                #expect(await group.next() == true)
            }
            #expect(partial.growth.waiterCount == 1)
            try await store.append([1, 2], to: partial)
            try await store.commit(partial, as: Digest(of: [1, 2]), durability: .deferred)
            #expect(try await patient == [1, 2])
        }
    }

    @Test("a commit that is refused leaves followers waiting for the right one", arguments: Implementation.allCases)
    func refusedCommit(_ implementation: Implementation) async throws {
        try await implementation.withStore { store async throws in
            let partial = try await store.begin("fill")
            let reader = partial.reader(size: 2)
            partial.expect(size: 2)
            async let read = reader.follow(from: 0)
            try await store.append([1, 2], to: partial)
            await expectFailure(.digestMismatch) {
                try await store.commit(partial, as: Digest(of: [9]), durability: .deferred)
            }
            await partial.growth.waiters(reach: 1)
            try await store.commit(partial, as: Digest(of: [1, 2]), durability: .deferred)
            #expect(try await read == [1, 2])
        }
    }

    @Test("a reader that was told another size is not given something that looks whole", arguments: [2, 4])
    func wrongSize(told: Int) async throws {
        let store = MemoryBlobStore(executor: IOExecutor())
        let partial = try await store.begin("fill")
        let reader = partial.reader(size: told)
        try await store.append([1, 2, 3], to: partial)
        try await store.commit(partial, as: Digest(of: [1, 2, 3]), durability: .deferred)
        await #expect(throws: StorageError.self) { try await reader.available(beyond: told - 1) }
    }

    @Test("followers of a blob that its writer let go of are told")
    func writerGone() async throws {
        let folder = try TemporaryFolder()
        let store = try FileBlobStore(StoreLayout(root: folder.path), executor: IOExecutor())
        var partial: PartialBlob? = try await store.begin("fill")
        let reader = try #require(partial?.reader(size: 5))
        let growth = try #require(partial?.growth)
        async let kind = failure { _ = try await reader.follow(from: 0) }
        await growth.waiters(reach: 1)
        partial = nil
        #expect(await kind == .abandoned)
    }

    @Test("an append that fails leaves the end where it was")
    func diskFull() async throws {
        let file = try #require(try OpenFile.open("/dev/full", flags: O_RDWR))
        let partial = PartialBlob(id: "full", file: file, size: 0)
        await expectFailure(.noSpace) { try [1, 2, 3].withUnsafeBytes { try partial.append($0) } }
        #expect(partial.size == 0)
    }
}

extension SeededGenerator {
    mutating func next(below limit: Int) -> Int { Int(next(upperBound: UInt64(limit))) }
}
