import BlobStore
import Catalog
import OCI
import Testing

@testable import Registry

@Suite("Pushing what was downloaded before")
struct DownloadedContentTests {
    private let folder = StoreFolder()
    private let config: [UInt8] = Array("{}".utf8)

    @Test("a blob mounted from an upstream's repository is on the disk when that is acknowledged")
    func mount() async throws {
        let registry = try folder.open()
        let cached = Repository(
            origin: .upstream(try UpstreamHost("docker.io")), name: try RepositoryName("library/ubuntu"))
        let digest = try await download(config, to: registry)
        try await registry.catalog.link(digest, size: config.count, to: cached, at: registry.clock.wall.now())
        #expect(try folder.unsynced().count == 1)
        #expect(try await registry.uploads.mount(digest, from: cached, to: try local("mine")))
        #expect(try folder.unsynced().isEmpty)
        #expect(try await registry.read(digest, in: try local("mine")) == config)
    }

    @Test("a blob or a manifest pushed after it was downloaded is on the disk when that is acknowledged")
    func push() async throws {
        let registry = try folder.open()
        let manifest = imageManifest(config: config, layers: [])
        _ = try await download(config, to: registry)
        _ = try await download(manifest, to: registry)
        #expect(try folder.unsynced().count == 2)
        _ = try await registry.push(config, to: try local("mine"))
        #expect(try folder.unsynced().count == 1)
        _ = try await registry.manifests.put(
            bytes: manifest, contentType: nil, reference: .tag(.latest), in: try local("mine"))
        #expect(try folder.unsynced().isEmpty)
        #expect(try folder.partials().isEmpty)
    }

    private func download(_ bytes: [UInt8], to registry: TestRegistry) async throws -> Digest {
        let digest = Digest(of: bytes)
        let partial = try await registry.blobStore.begin("fill-\(digest.hex.prefix(8))")
        try bytes.withUnsafeBytes { try partial.append($0) }
        try await registry.blobStore.commit(partial, as: digest, durability: .deferred)
        return digest
    }
}
