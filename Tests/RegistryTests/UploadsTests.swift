import BlobStore
import Catalog
import OCI
import Synchronization
import Testing

@testable import Registry

@Suite("Uploads")
struct UploadsTests {
    private let registry: TestRegistry
    private let repository: Repository
    private let bytes: [UInt8] = Array("a layer of some kind".utf8)

    init() throws {
        registry = try TestRegistry.inMemory()
        repository = try local("team/app")
    }

    @Test("a blob pushed in chunks is served whole, and its session is gone")
    func chunks() async throws {
        let upload = try await registry.uploads.begin(in: repository)
        #expect(upload.repository == repository)
        #expect(try await registry.uploads.offset(of: upload.id, in: repository) == 0)
        #expect(try await registry.uploads.append(Array(bytes[..<5]), to: upload.id, in: repository, at: 0) == 5)
        #expect(try await registry.uploads.append(Array(bytes[5...]), to: upload.id, in: repository) == bytes.count)
        #expect(try await registry.uploads.offset(of: upload.id, in: repository) == bytes.count)
        let digest = Digest(of: bytes)
        #expect(try await registry.uploads.finish(upload.id, in: repository, as: digest) == bytes.count)
        #expect(try await registry.read(digest, in: repository) == bytes)
        #expect(try await registry.catalog.uploads().isEmpty)
        #expect(
            try await code { try await registry.uploads.offset(of: upload.id, in: repository) } == .blobUploadUnknown)
    }

    @Test("a blob is kept under the algorithm of its digest", arguments: Digest.Algorithm.allCases)
    func algorithms(algorithm: Digest.Algorithm) async throws {
        let digest = Digest(of: bytes, algorithm: algorithm)
        let upload = try await registry.uploads.begin(in: repository)
        _ = try await registry.uploads.append(bytes, to: upload.id, in: repository)
        _ = try await registry.uploads.finish(upload.id, in: repository, as: digest)
        #expect(try await registry.read(digest, in: repository) == bytes)
    }

    @Test(
        "an identifier that is no session's is unknown",
        arguments: [
            "", "x", "../../etc/passwd", "..", "0b6e0000-0000-4000-8000-00000000000/", "manifest-1",
            "0B6E0000-0000-4000-8000-000000000000", "0b6e0000-0000-4000-8000-000000000000",
            "0b6e0000-0000-4000-8000-0000000000001", "------------------------------------",
            "0b6e00000000040000800000000000000000", "0b6e0000-0000-4000-8000-00000000000é",
        ])
    func unknown(id: String) async throws {
        let digest = Digest(of: bytes)
        let uploads = registry.uploads
        #expect(try await code { try await uploads.offset(of: id, in: repository) } == .blobUploadUnknown)
        #expect(try await code { try await uploads.append(bytes, to: id, in: repository) } == .blobUploadUnknown)
        #expect(try await code { try await uploads.finish(id, in: repository, as: digest) } == .blobUploadUnknown)
        #expect(try await code { try await uploads.cancel(id, in: repository) } == .blobUploadUnknown)
    }

    @Test("a session belongs to its repository", arguments: [false, true])
    func foreign(afterRestart: Bool) async throws {
        let upload = try await registry.uploads.begin(in: repository)
        let uploads =
            afterRestart
            ? TestRegistry(blobs: registry.blobStore, catalog: registry.catalog).uploads : registry.uploads
        let other = try local("team/other")
        #expect(try await code { try await uploads.offset(of: upload.id, in: other) } == .blobUploadUnknown)
        #expect(try await code { try await uploads.append(bytes, to: upload.id, in: other) } == .blobUploadUnknown)
        #expect(try await code { try await uploads.cancel(upload.id, in: other) } == .blobUploadUnknown)
        #expect(try await uploads.append(bytes, to: upload.id, in: repository) == bytes.count)
    }

    @Test(
        "a chunk that does not begin where the session ends is refused, and nothing is written", arguments: [0, 4, 6])
    func range(offset: Int) async throws {
        let upload = try await registry.uploads.begin(in: repository)
        _ = try await registry.uploads.append(Array(bytes[..<5]), to: upload.id, in: repository)
        let refusal = try await code {
            try await registry.uploads.append(bytes, to: upload.id, in: repository, at: offset)
        }
        #expect(refusal == .rangeInvalid)
        #expect(try await registry.uploads.offset(of: upload.id, in: repository) == 5)
    }

    @Test("what a client sent before it left stays, and the upload goes on from there")
    func resumable() async throws {
        struct Gone: Error {}
        let upload = try await registry.uploads.begin(in: repository)
        let head = Array(bytes[..<5])
        await #expect(throws: Gone.self) {
            try await registry.uploads.append(to: upload.id, in: repository) { partial in
                try head.withUnsafeBytes { try partial.append($0) }
                throw Gone()
            }
        }
        #expect(try await registry.uploads.offset(of: upload.id, in: repository) == 5)
        _ = try await registry.uploads.append(Array(bytes[5...]), to: upload.id, in: repository, at: 5)
        let digest = Digest(of: bytes)
        _ = try await registry.uploads.finish(upload.id, in: repository, as: digest)
        #expect(try await registry.read(digest, in: repository) == bytes)
    }

    @Test("a session has one writer at a time, and its readers are not kept waiting")
    func oneWriter() async throws {
        let upload = try await registry.uploads.begin(in: repository)
        let uploads = registry.uploads
        let digest = Digest(of: bytes)
        _ = try await uploads.append(to: upload.id, in: repository) { partial in
            try bytes.withUnsafeBytes { try partial.append($0) }
            let refusals = [
                try await code { try await uploads.append(bytes, to: upload.id, in: repository) },
                try await code { try await uploads.finish(upload.id, in: repository, as: digest) },
                try await code { try await uploads.cancel(upload.id, in: repository) },
            ]
            #expect(refusals == [.blobUploadInvalid, .blobUploadInvalid, .blobUploadInvalid])
            #expect(try await uploads.offset(of: upload.id, in: repository) == bytes.count)
        }
        #expect(try await uploads.finish(upload.id, in: repository, as: digest) == bytes.count)
    }

    @Test("of two that finish a session at once one succeeds, and the blob is there")
    func twoFinishes() async throws {
        for _ in 0..<20 {
            let upload = try await registry.uploads.begin(in: repository)
            _ = try await registry.uploads.append(bytes, to: upload.id, in: repository)
            let digest = Digest(of: bytes)
            let codes = try await withThrowingTaskGroup(of: RegistryError.Code?.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await code {
                            try await registry.uploads.finish(upload.id, in: repository, as: digest)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.contains(nil))
            #expect(codes.compactMap(\.self).allSatisfy { $0 == .blobUploadInvalid || $0 == .blobUploadUnknown })
            #expect(try await registry.read(digest, in: repository) == bytes)
        }
        #expect(try await registry.catalog.uploads().isEmpty)
    }

    @Test("a wrong digest is refused and nothing is kept")
    func wrongDigest() async throws {
        let folder = StoreFolder()
        let registry = try folder.open()
        let upload = try await registry.uploads.begin(in: repository)
        _ = try await registry.uploads.append(bytes, to: upload.id, in: repository)
        let wrong = Digest(of: [1])
        #expect(
            try await code { try await registry.uploads.finish(upload.id, in: repository, as: wrong) } == .digestInvalid
        )
        #expect(try await registry.catalog.uploads().isEmpty)
        #expect(try await registry.blobStore.digests().isEmpty)
        #expect(try folder.partials().isEmpty)
        #expect(
            try await code { try await registry.uploads.offset(of: upload.id, in: repository) } == .blobUploadUnknown)
    }

    @Test("a cancelled session is gone with its bytes")
    func cancel() async throws {
        let folder = StoreFolder()
        let registry = try folder.open()
        let upload = try await registry.uploads.begin(in: repository)
        _ = try await registry.uploads.append(bytes, to: upload.id, in: repository)
        try await registry.uploads.cancel(upload.id, in: repository)
        #expect(try folder.partials().isEmpty)
        #expect(try await registry.catalog.uploads().isEmpty)
        #expect(try await code { try await registry.uploads.cancel(upload.id, in: repository) } == .blobUploadUnknown)
    }

    @Test("one blob pushed many times at once is there for every repository it was pushed to")
    func concurrentPushes() async throws {
        let folder = StoreFolder()
        let registry = try folder.open()
        let digest = Digest(of: bytes)
        let repositories = try (0..<4).map { try local("team/app\($0)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for repository in repositories + repositories + repositories {
                group.addTask { _ = try await registry.push(bytes, to: repository) }
            }
            try await group.waitForAll()
        }
        for repository in repositories { #expect(try await registry.read(digest, in: repository) == bytes) }
        #expect(try await registry.blobStore.digests() == [digest])
        #expect(try folder.partials().isEmpty)
        #expect(try await registry.read(digest, in: try local("team/stranger")) == nil)
    }

    @Test("sessions beyond the limit are let go and go on from the disk, but never one being written")
    func boundedTable() async throws {
        let folder = StoreFolder()
        let store = try FileBlobStore(folder.layout, executor: IOExecutor(threads: 2))
        let registry = TestRegistry(
            blobs: store, catalog: try SQLiteCatalog(path: folder.layout.catalog), idleLimit: 2)
        let written = try await registry.uploads.begin(in: repository)
        var others: [String] = []
        _ = try await registry.uploads.append(to: written.id, in: repository) { partial in
            try bytes.withUnsafeBytes { try partial.append($0) }
            for _ in 0..<5 { _ = try await registry.uploads.begin(in: repository) }
            #expect(registry.uploads.sessions.withLock { $0.count } == 3)
            #expect(registry.uploads.sessions.withLock { $0.find(written.id) } != nil)
        }
        others = try await registry.catalog.uploads().map(\.id).filter { $0 != written.id }
        for id in others {
            for chunk in [bytes[..<5], bytes[5...]] {
                _ = try await registry.uploads.append(Array(chunk), to: id, in: repository)
            }
            #expect(registry.uploads.sessions.withLock { $0.count } == 2)
        }
        for id in others + [written.id] {
            #expect(
                try await registry.uploads.finish(id, in: repository, as: Digest(of: bytes)) == bytes.count)
        }
    }

    @Test("a blob is mounted from a repository that holds it")
    func mount() async throws {
        let digest = try await registry.push(bytes, to: repository)
        let target = try local("team/copy")
        #expect(try await registry.uploads.mount(digest, from: repository, to: target))
        #expect(try await registry.read(digest, in: target) == bytes)
        #expect(try await registry.uploads.mount(digest, from: try local("team/none"), to: target) == false)
        #expect(try await registry.uploads.mount(Digest(of: [9]), from: repository, to: target) == false)
    }

    @Test("a blob whose bytes are gone is not mounted")
    func mountWithoutBytes() async throws {
        let digest = try await registry.push(bytes, to: repository)
        _ = try await registry.blobStore.remove(digest)
        #expect(try await registry.uploads.mount(digest, from: repository, to: try local("team/copy")) == false)
    }
}
