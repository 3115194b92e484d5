import BlobStore
import Catalog
import OCI
import Testing

@testable import Registry

@Suite("A push that is cut off between any two steps")
struct CrashTests {
    @Test("after a crash at any step, what was acknowledged is there and the rest can be pushed again")
    func crashes() async throws {
        var moment = 0
        var struck = true
        while struck {
            moment += 1
            let folder = StoreFolder()
            var client = try PushingClient()
            struck = try await run(&client, in: folder, crash: Crash(at: moment, isFatal: true))
            let registry = try folder.open()
            try await check(registry, keeps: client, step: moment)
            try await registry.uploads.reconcile()
            #expect(try await registry.catalog.uploads().map(\.id) == folder.partials(), "step \(moment)")
            try await check(registry, keeps: client, step: moment)
            try await client.run(on: registry)
            try await check(registry, keeps: client, step: moment)
            #expect(client.acknowledged.count == 7, "step \(moment)")
        }
        // Every operation on a store is two steps; there are dozens in a push.
        #expect(moment > 60)
    }

    @Test("after a failure of any single step, the client goes on in the same process")
    func failures() async throws {
        var moment = 0
        var struck = true
        while struck {
            moment += 1
            let folder = StoreFolder()
            var client = try PushingClient()
            let crash = Crash(at: moment, isFatal: false)
            let sound = try folder.open()
            let registry = sound.crashing(crash)
            do { try await client.run(on: registry) } catch is Crash.Error {}
            struck = crash.struck
            try await check(sound, keeps: client, step: moment)
            try await client.run(on: registry)
            try await check(sound, keeps: client, step: moment)
            #expect(client.acknowledged.count == 7, "step \(moment)")
        }
        #expect(moment > 60)
    }

    @Test("when the bytes were committed and the link failed, finishing again succeeds for that digest alone")
    func committedUnlinked() async throws {
        let bytes: [UInt8] = [1, 2, 3]
        let repository = try local("a")
        for other in [false, true] {
            // Of the catalog, the session's row is two steps; the link is the third.
            let sound = try TestRegistry.inMemory()
            let registry = TestRegistry(
                blobs: sound.blobStore,
                catalog: CrashingCatalog(base: sound.catalog, crash: Crash(at: 3, isFatal: false)))
            let upload = try await registry.uploads.begin(in: repository)
            _ = try await registry.uploads.append(bytes, to: upload.id, in: repository)
            await #expect(throws: Crash.Error.self) {
                try await registry.uploads.finish(upload.id, in: repository, as: Digest(of: bytes))
            }
            #expect(try await registry.read(Digest(of: bytes), in: repository) == nil)
            #expect(try await registry.uploads.offset(of: upload.id, in: repository) == 3)
            let digest = Digest(of: other ? [4] : bytes)
            let refusal = try await code {
                try await registry.uploads.finish(upload.id, in: repository, as: digest)
            }
            #expect(refusal == (other ? .digestInvalid : nil))
            #expect(try await registry.read(Digest(of: bytes), in: repository) == (other ? nil : bytes))
            #expect(try await registry.catalog.uploads().isEmpty)
        }
    }

    @Test("when only the end of the session failed, finishing again succeeds, even before a later process cleared it")
    func linkedNotEnded() async throws {
        let folder = StoreFolder()
        let bytes: [UInt8] = [1, 2, 3]
        let repository = try local("a")
        let id: String
        do {
            // The row is two steps, the link two; the end of the session is the fifth.
            let registry = TestRegistry(
                blobs: try FileBlobStore(folder.layout, executor: IOExecutor(threads: 1)),
                catalog: CrashingCatalog(
                    base: try SQLiteCatalog(path: folder.layout.catalog), crash: Crash(at: 5, isFatal: true)))
            id = try await registry.uploads.begin(in: repository).id
            _ = try await registry.uploads.append(bytes, to: id, in: repository)
            await #expect(throws: Crash.Error.self) {
                try await registry.uploads.finish(id, in: repository, as: Digest(of: bytes))
            }
        }
        let registry = try folder.open()
        #expect(
            try await code { try await registry.uploads.finish(id, in: repository, as: Digest(of: [9])) }
                == .blobUploadUnknown)
        #expect(try await registry.uploads.finish(id, in: repository, as: Digest(of: bytes)) == 3)
        #expect(try await registry.catalog.uploads().isEmpty)
    }

    /// Runs the client against a process that dies, and lets go of all the process had open.
    ///
    /// - Returns: whether it died.
    private func run(_ client: inout PushingClient, in folder: StoreFolder, crash: Crash) async throws -> Bool {
        let registry = try folder.open().crashing(crash)
        do { try await client.run(on: registry) } catch is Crash.Error {}
        return crash.struck
    }

    private func check(_ registry: TestRegistry, keeps client: PushingClient, step: Int) async throws {
        for digest in try await registry.blobStore.digests() {
            let reader = try #require(try await registry.blobStore.open(digest))
            #expect(Digest(of: try reader.read(at: 0, count: reader.size)) == digest, "step \(step)")
        }
        #expect(try await registry.read(Digest(of: [6, 6, 6]), in: client.repository) == nil)
        for digest in [PushingClient.config, PushingClient.layer].map({ Digest(of: $0) }) {
            for repository in [client.repository, client.copy] {
                guard try await registry.catalog.size(of: digest, in: repository) != nil else { continue }
                #expect(try await registry.blobStore.open(digest) != nil, "a link to no bytes at step \(step)")
            }
        }
        for acknowledgement in client.acknowledged {
            switch acknowledgement {
            case .blob(let digest, let repository):
                let bytes = try await registry.read(digest, in: repository)
                #expect(bytes.map { Digest(of: $0) } == digest, "step \(step)")
            case .manifest(let digest, let reference, let repository):
                let manifest = try await registry.manifests.get(reference, in: repository)
                #expect(manifest.map { Digest(of: $0.bytes) } == digest, "step \(step)")
            case .deleted(let reference, let repository):
                #expect(try await registry.manifests.head(reference, in: repository) == nil, "step \(step)")
            case .refused, .cancelled:
                break
            }
        }
    }
}

extension TestRegistry {
    /// The same registry in a process that dies.
    fileprivate func crashing(_ crash: Crash) -> TestRegistry {
        TestRegistry(
            blobs: CrashingBlobStore(base: blobStore, crash: crash),
            catalog: CrashingCatalog(base: catalog, crash: crash), clock: clock)
    }
}
