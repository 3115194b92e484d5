import OCI
import Testing

@testable import BlobStore

@Suite("The store after a restart", .timeLimit(.minutes(1)))
struct RestartTests {
    private let folder: TemporaryFolder
    private let layout: StoreLayout

    init() throws {
        folder = try TemporaryFolder()
        layout = StoreLayout(root: folder.path)
    }

    private func open() throws -> FileBlobStore { try FileBlobStore(layout, executor: IOExecutor(threads: 4)) }

    @Test("an upload goes on where it ended, and its digest covers all of it")
    func resume() async throws {
        var generator = SeededGenerator(seed: 3)
        let bytes = generator.bytes(700_000)
        for algorithm in Digest.Algorithm.allCases {
            let digest = Digest(of: bytes, algorithm: algorithm)
            var partial: PartialBlob?
            do {
                let store = try open()
                partial = try await store.begin("upload")
                try await store.append(bytes[..<600_000], to: try #require(partial))
                partial = nil
            }
            let store = try open()
            let resumed = try #require(try await store.resume("upload"))
            #expect(resumed.size == 600_000)
            await expectFailure(.inUse) { _ = try await store.begin("upload") }
            await expectFailure(.digestMismatch) {
                try await store.commit(resumed, as: digest, durability: .immediate)
            }
            try await store.append(bytes[600_000...], to: resumed)
            try await store.commit(resumed, as: digest, durability: .immediate)
            #expect(try await store.contents(of: digest) == bytes)
            #expect(try await store.resume("upload") == nil)
        }
    }

    @Test("an upload that nothing is added to after a restart can be committed")
    func resumeAndCommit() async throws {
        _ = try await open().begin("empty")
        do {
            let store = try open()
            let partial = try await store.begin("upload")
            try await store.append([1, 2, 3], to: partial)
        }
        let store = try open()
        for (name, bytes) in [("empty", []), ("upload", [1, 2, 3] as [UInt8])] {
            let partial = try #require(try await store.resume(name))
            try await store.commit(partial, as: Digest(of: bytes), durability: .immediate)
            #expect(try await store.contents(of: Digest(of: bytes)) == bytes)
        }
    }

    @Test("clearing spares partial files that are kept, open or young")
    func discardPartials() async throws {
        do {
            let store = try open()
            for name in ["kept", "old", "young", "dropped"] { _ = try await store.begin(name) }
            let open = try await store.begin("open")
            for name in ["kept", "old", "open"] { RawFile.age(layout.partial(name), by: 7200) }
            try await store.discardPartials(keeping: ["kept"], olderThan: .seconds(3600))
            #expect(Set(try Folder.names(in: layout.partials)) == ["kept", "open", "young", "dropped"])
            try await store.append([1], to: open)
        }
        let store = try open()
        try await store.discardPartials(keeping: ["kept"], olderThan: .zero)
        #expect(try Folder.names(in: layout.partials) == ["kept"])
        #expect(try await store.resume("open") == nil)
    }

    @Test("after a crash of the machine what was not flushed is hashed, and dropped when wrong")
    func crash() async throws {
        let good: Digest
        let bad: Digest
        let short: Digest
        let gone: Digest
        do {
            let store = try open()
            good = try await store.store([1, 1], durability: .deferred)
            bad = try await store.store([2, 2], algorithm: .sha512, durability: .deferred)
            short = try await store.store([3, 3], durability: .deferred)
            gone = try await store.store([4, 4], durability: .deferred)
            _ = try await store.remove(gone)
        }
        try RawFile.write([0], to: layout.blob(bad))
        try RawFile.truncate(layout.blob(short), to: 1)
        try RawFile.write(Array("another run".utf8), to: layout.boot)
        do {
            let store = try open()
            #expect(try await store.digests() == [good])
            #expect(try await store.contents(of: good) == [1, 1])
            #expect(try await store.open(bad) == nil)
            try await store.syncDeferred()
            #expect(try Folder.names(in: layout.unsynced).isEmpty)
        }
        // Nothing is under suspicion any more.
        try RawFile.write([0], to: layout.blob(good))
        try RawFile.write(Array("another run".utf8), to: layout.boot)
        #expect(try await open().open(good) != nil)
    }

    @Test("while the machine has not crashed nothing is hashed")
    func noCrash() async throws {
        let digest = try await open().store([1, 1], durability: .deferred)
        try RawFile.write([0], to: layout.blob(digest))
        #expect(try await open().open(digest) != nil)
        #expect(RawFile.exists(layout.marker(digest)))
    }

    @Test("a blob downloaded again after its removal is under suspicion again")
    func removedAndFetchedAgain() async throws {
        let store = try open()
        let digest = try await store.store([1], durability: .deferred)
        #expect(try await store.remove(digest))
        _ = try await store.store([1], durability: .deferred)
        #expect(RawFile.exists(layout.marker(digest)))
        try await store.syncDeferred()
        #expect(!RawFile.exists(layout.marker(digest)))
        #expect(try await store.contents(of: digest) == [1])
    }
}
