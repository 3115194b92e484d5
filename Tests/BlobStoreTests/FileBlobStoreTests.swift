import OCI
import Testing

@testable import BlobStore

@Suite("The store in files", .timeLimit(.minutes(1)))
struct FileBlobStoreTests {
    private let folder: TemporaryFolder
    private let layout: StoreLayout

    init() throws {
        folder = try TemporaryFolder()
        layout = StoreLayout(root: folder.path + "/a/b/store")
    }

    private func open() throws -> FileBlobStore { try FileBlobStore(layout, executor: IOExecutor(threads: 4)) }

    @Test("a blob lies read-only where the layout says, and its partial file is gone")
    func layoutOnDisk() async throws {
        let store = try open()
        for durability in [Durability.immediate, .deferred] {
            for algorithm in Digest.Algorithm.allCases {
                let bytes = Array("\(durability) \(algorithm)".utf8)
                let digest = try await store.store(bytes, algorithm: algorithm, durability: durability)
                let hex = String(digest.hex)
                let path =
                    "\(layout.root)/blobs/\(algorithm.rawValue)/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(hex)"
                #expect(try RawFile.bytes(of: path) == bytes)
                #expect(try RawFile.permissions(of: path) == 0o444)
                #expect(RawFile.exists(layout.marker(digest)) == (durability == .deferred))
            }
        }
        #expect(try Folder.names(in: layout.partials).isEmpty)
        #expect(
            Set(try Folder.names(in: layout.root)) == ["lock", "boot", "blobs", "partial", "unsynced", "catalog"])
    }

    @Test("a partial file is private and holds the bytes as they come")
    func partialOnDisk() async throws {
        let store = try open()
        let partial = try await store.begin("upload")
        try await store.append([1, 2], to: partial)
        #expect(try RawFile.permissions(of: layout.partial("upload")) == 0o600)
        #expect(try RawFile.bytes(of: layout.partial("upload")) == [1, 2])
        await store.discard(partial, because: StorageError(.abandoned, "no"))
        #expect(!RawFile.exists(layout.partial("upload")))
    }

    @Test("what lies behind the end of a failed append does not become part of the blob")
    func rubbishBehindTheEnd() async throws {
        let store = try open()
        let partial = try await store.begin("upload")
        try await store.append([1, 2], to: partial)
        try RawFile.write([8, 9], to: layout.partial("upload"), at: 2)
        let digest = Digest(of: [1, 2])
        try await store.commit(partial, as: digest, durability: .immediate)
        #expect(try await store.contents(of: digest) == [1, 2])
    }

    @Test("a deferred commit leaves a blob that is there, and an immediate one lifts the suspicion")
    func suspicion() async throws {
        let store = try open()
        let digest = try await store.store([1], durability: .immediate)
        _ = try await store.store([1], durability: .deferred)
        #expect(!RawFile.exists(layout.marker(digest)))
        let other = try await store.store([2], durability: .deferred)
        #expect(RawFile.exists(layout.marker(other)))
        _ = try await store.store([2], durability: .immediate)
        #expect(!RawFile.exists(layout.marker(other)))
        #expect(try Folder.names(in: layout.partials).isEmpty)
    }

    @Test("strangers among the blobs are passed over")
    func strangers() async throws {
        let store = try open()
        let digest = try await store.store([1])
        let top = layout.blobs + "/sha256"
        try RawFile.write([], to: top + "/.DS_Store")
        try RawFile.write([], to: "\(Folder.parent(of: layout.blob(digest)))/README")
        #expect(try await store.digests() == [digest])
    }

    @Test("a second opener is refused until the first lets go")
    func lock() async throws {
        var first: FileBlobStore? = try open()
        let digest = try await first?.store([1])
        await expectFailure(.inUse) { _ = try open() }
        first = nil
        #expect(try await open().contents(of: try #require(digest)) == [1])
    }

    @Test(
        "a root that cannot be gives one line that names it",
        arguments: ["/file/store", "/file", "/\(String(repeating: "n", count: 300))/store"])
    func badRoot(suffix: String) async throws {
        try RawFile.write([1], to: folder.path + "/file")
        do {
            _ = try FileBlobStore(StoreLayout(root: folder.path + suffix), executor: IOExecutor())
            Issue.record("the store opened")
        } catch let error as StorageError {
            #expect(error.kind == .fileSystem)
            #expect(error.message.contains(folder.path + suffix.prefix(5)))
            #expect(error.message.hasPrefix("cannot "))
            #expect(!error.message.contains("\n"))
        }
    }

    @Test("no descriptor is left behind")
    func descriptors() async throws {
        let store = try open()
        let before = try folder.openDescriptors()
        for value in UInt8(0)..<20 {
            let digest = try await store.store([value], durability: value.isMultiple(of: 2) ? .immediate : .deferred)
            #expect(try await store.contents(of: digest) == [value])
            let refused = try await store.begin("refused")
            await expectFailure(.digestMismatch) {
                try await store.commit(refused, as: digest, durability: .immediate)
            }
            await expectFailure(.inUse) { _ = try await store.begin("refused") }
            await store.discard(refused, because: StorageError(.abandoned, "no"))
            #expect(try await store.remove(digest))
        }
        try await store.syncDeferred()
        await expectFailure(.inUse) { _ = try open() }
        #expect(try folder.openDescriptors() == before)
    }
}
