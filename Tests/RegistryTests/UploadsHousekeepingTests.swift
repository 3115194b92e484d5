import BlobStore
import Catalog
import OCI
import Testing

@testable import Registry

@Suite("Uploads: housekeeping")
struct UploadsHousekeepingTests {
    private let folder = StoreFolder()
    private let clock = TestClock()
    private let bytes: [UInt8] = Array("a layer of some kind".utf8)

    private func repository() throws -> Repository { try local("team/app") }

    @Test("an upload goes on after a restart")
    func restart() async throws {
        let id = try await begun()
        let registry = try folder.open()
        try await registry.uploads.reconcile()
        #expect(try await registry.uploads.offset(of: id, in: repository()) == 5)
        _ = try await registry.uploads.append(Array(bytes[5...]), to: id, in: repository(), at: 5)
        #expect(try await registry.uploads.finish(id, in: repository(), as: Digest(of: bytes)) == bytes.count)
        #expect(try await registry.read(Digest(of: bytes), in: repository()) == bytes)
    }

    @Test("after a restart sessions without a file are ended, and files without a session removed")
    func reconcile() async throws {
        let id = try await begun()
        try await strayFiles()
        let registry = try folder.open()
        let lost = UploadRecord(
            id: "0b6e0000-0000-4000-8000-000000000000", repository: try repository(), startedAt: clock.wall.now())
        try await registry.catalog.beginUpload(lost)
        try await registry.uploads.reconcile()
        #expect(try folder.partials() == [id])
        #expect(try await registry.catalog.uploads().map(\.id) == [id])
    }

    @Test("a session that lay idle for a day is ended with its bytes; one that was written to is not")
    func expire() async throws {
        let registry = try folder.open(clock: clock)
        let idle = try await registry.uploads.begin(in: repository())
        let busy = try await registry.uploads.begin(in: repository())
        clock.advance(by: .seconds(24 * 3600))
        #expect(try await registry.uploads.expire().isEmpty)
        _ = try await registry.uploads.append(bytes, to: busy.id, in: repository())
        clock.advance(by: .seconds(1))
        #expect(try await registry.uploads.expire() == [idle.id])
        #expect(try folder.partials() == [busy.id])
        #expect(try await registry.catalog.uploads().map(\.id) == [busy.id])
    }

    @Test("a session that is being written does not expire, however old")
    func expireBusy() async throws {
        let registry = try folder.open(clock: clock)
        let upload = try await registry.uploads.begin(in: repository())
        _ = try await registry.uploads.append(to: upload.id, in: repository()) { _ in
            clock.advance(by: .seconds(48 * 3600))
            let expired = try await registry.uploads.expire()
            #expect(expired.isEmpty)
        }
        #expect(try await registry.uploads.expire().isEmpty)
    }

    @Test("a session from before a restart has its full time again, then expires")
    func expireAfterRestart() async throws {
        let id = try await begun()
        clock.advance(by: .seconds(48 * 3600))
        let registry = try folder.open(clock: clock)
        try await registry.uploads.reconcile()
        #expect(try await registry.uploads.expire().isEmpty)
        clock.advance(by: .seconds(24 * 3600 + 1))
        #expect(try await registry.uploads.expire() == [id])
        #expect(try folder.partials().isEmpty)
    }

    @Test("a name that a push claimed and left is released after an hour, with its blobs")
    func staleClaims() async throws {
        let registry = try folder.open(clock: clock)
        let digest = try await registry.push(bytes, to: try local("left"))
        try await owned("owned", in: registry)
        let uploading = try await registry.uploads.begin(in: try local("uploading"))
        clock.advance(by: .seconds(3600))
        #expect(try await registry.uploads.releaseStaleClaims().isEmpty)
        clock.advance(by: .seconds(1))
        #expect(try await registry.uploads.releaseStaleClaims() == [try RepositoryName("left")])
        #expect(try await registry.read(digest, in: try local("left")) == nil)
        #expect(try await registry.catalog.ownedNames() == [try RepositoryName("owned")])
        #expect(try await registry.uploads.offset(of: uploading.id, in: try local("uploading")) == 0)
    }

    @Test("a slow push keeps its claim between two requests")
    func slowPush() async throws {
        let registry = try folder.open(clock: clock)
        _ = try await registry.push(bytes, to: try local("slow"))
        clock.advance(by: .seconds(3000))
        _ = try await registry.push([1, 2, 3], to: try local("slow"))
        clock.advance(by: .seconds(3000))
        #expect(try await registry.uploads.releaseStaleClaims().isEmpty)
        clock.advance(by: .seconds(601))
        #expect(try await registry.uploads.releaseStaleClaims() == [try RepositoryName("slow")])
    }

    @Test("a claim from before a restart has its full time again")
    func claimAfterRestart() async throws {
        do {
            let registry = try folder.open(clock: clock)
            _ = try await registry.push(bytes, to: try local("left"))
        }
        clock.advance(by: .seconds(7200))
        let registry = try folder.open(clock: clock)
        #expect(try await registry.uploads.releaseStaleClaims().isEmpty)
        clock.advance(by: .seconds(3601))
        #expect(try await registry.uploads.releaseStaleClaims() == [try RepositoryName("left")])
    }

    /// A session with five bytes, in a process that ended.
    private func begun() async throws -> String {
        let registry = try folder.open(clock: clock)
        let upload = try await registry.uploads.begin(in: repository())
        _ = try await registry.uploads.append(Array(bytes[..<5]), to: upload.id, in: repository())
        return upload.id
    }

    /// Partial files of an upload and a download that nobody knows, in a process that ended.
    private func strayFiles() async throws {
        let registry = try folder.open(clock: clock)
        _ = try await registry.blobStore.begin("0b6e0000-0000-4000-8000-00000000000f")
        _ = try await registry.blobStore.begin("fill-1")
    }

    private func owned(_ name: String, in registry: TestRegistry) async throws {
        let config: [UInt8] = Array("{}".utf8)
        _ = try await registry.push(config, to: try local(name))
        _ = try await registry.manifests.put(
            bytes: imageManifest(config: config, layers: []), contentType: nil, reference: .tag(.latest),
            in: try local(name))
    }
}
