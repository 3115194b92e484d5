import BlobStore
import Catalog
import Logging
import OCI
import Synchronization
import TestSupport
import Upstream

@testable import PullThrough

/// A cache in front of a fake Hub, for one test. Two upstreams, `docker.io` and `quay.example`, both of which the fake is.
struct CacheBench: Sendable {
    let hub: FakeHub
    let cache: PullThroughCache
    let blobs: MemoryBlobStore
    let catalog: SQLiteCatalog
    /// What waits are measured with; it stands still.
    let sleeper: ManualClock
    /// What freshness is measured with; it stands still.
    let wall: TurnableWall

    /// How the cache of a test differs from the usual.
    struct Setup: Sendable {
        var freshness: Duration = .seconds(300)
        var local: [String] = []
        var timeouts = UpstreamConfiguration.Timeouts()
        var isOnline = true
        /// Whether fills pause in real time, for tests in which an attempt may fail that no one foresaw.
        var hasRealPauses = false
    }

    static let quay = "quay.example"

    /// Runs `body` with a cache, and closes everything afterwards.
    static func run(_ setup: Setup = Setup(), _ body: @escaping @Sendable (CacheBench) async throws -> Void)
        async throws
    {
        try await FakeHub.run { hub in
            if !setup.isOnline { await hub.offline() }
            try await run(
                setup, hub, MemoryBlobStore(executor: IOExecutor(threads: 2)), try SQLiteCatalog.inMemory(),
                TurnableWall(),
                body)
        }
    }

    /// Runs `body` with a cache made anew over what this one has stored.
    func restarted(_ setup: Setup = Setup(), _ body: @escaping @Sendable (CacheBench) async throws -> Void) async throws
    {
        try await Self.run(setup, hub, blobs, catalog, wall, body)
    }

    private static func run(
        _ setup: Setup, _ hub: FakeHub, _ blobs: MemoryBlobStore, _ catalog: SQLiteCatalog, _ wall: TurnableWall,
        _ body: @escaping @Sendable (CacheBench) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        guard let origin = WebOrigin(hub.registryURL) else { throw FakeHubError.unknown(hub.registryURL) }
        let hosts: [UpstreamHost] = [.dockerHub, try UpstreamHost(quay)]
        let clients = hosts.map { host in
            RegistryClient(
                UpstreamConfiguration(host: host, origin: origin, timeouts: setup.timeouts), version: "test",
                logger: logger)
        }
        let sleeper = ManualClock()
        let cache = PullThroughCache(
            router: Router(
                upstreams: Set(hosts), defaultUpstream: .dockerHub, local: try setup.local.map { try NamePattern($0) }),
            clients: clients,
            policy: .init(
                freshness: Dictionary(
                    uniqueKeysWithValues: hosts.map { ($0, Freshness(limit: setup.freshness)) })),
            blobs: blobs, catalog: catalog, clock: wall.clock,
            sleeper: setup.hasRealPauses ? ContinuousClock() : sleeper, logger: logger)
        let bench = CacheBench(hub: hub, cache: cache, blobs: blobs, catalog: catalog, sleeper: sleeper, wall: wall)
        let result = await withTaskGroup(of: Void.self) { group in
            group.addTask { await cache.background.run() }
            let result: Result<Void, any Error>
            do { result = .success(try await body(bench)) } catch { result = .failure(error) }
            group.cancelAll()
            return result
        }
        for client in clients { await client.shutdown() }
        try result.get()
    }
}

/// The wall clock, as far as a test has turned it.
final class TurnableWall: Sendable {
    private let time = Mutex(Timestamp(milliseconds: 1_700_000_000_000))

    var clock: WallClock { WallClock { self.time.withLock { $0 } } }

    func pass(_ duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}

// MARK: Asking

extension CacheBench {
    func repository(_ name: String, of host: String = "docker.io") throws -> Repository {
        Repository(origin: .upstream(try UpstreamHost(host)), name: try RepositoryName(name))
    }

    /// Asks for a manifest by tag or digest.
    func manifest(
        _ reference: String, of name: String = "library/ubuntu", at host: String = "docker.io", headOnly: Bool = false
    ) async throws -> CachedManifest {
        try await cache.manifest(
            try ManifestReference(reference), in: try repository(name, of: host), headOnly: headOnly)
    }

    /// Asks for a blob.
    func blob(
        _ digest: String, of name: String = "library/ubuntu", at host: String = "docker.io", headOnly: Bool = false
    ) async throws -> CachedBlob {
        try await cache.blob(try Digest(digest), in: try repository(name, of: host), headOnly: headOnly)
    }

    /// Asks for a blob and reads it to its end.
    func bytes(_ digest: String, of name: String = "library/ubuntu", at host: String = "docker.io") async throws
        -> [UInt8]
    {
        try await blob(digest, of: name, at: host).bytes()
    }

    /// Waits until no fill of this blob is under way.
    func settled(_ digest: String) async throws {
        let digest = try Digest(digest)
        while cache.fills.underWay(digest) != nil { await Task.yield() }
    }

    /// The error that clients would be told.
    func refusal(_ body: @Sendable () async throws -> some Sendable) async throws -> RegistryError? {
        do {
            _ = try await body()
            return nil
        } catch let error as RegistryError {
            return error
        }
    }
}

extension CachedBlob {
    /// The bytes from `start` on, as they come.
    func bytes(from start: Int = 0) async throws -> [UInt8] {
        guard let reader else { return [] }
        var bytes: [UInt8] = []
        var offset = start
        while offset < size {
            let end = try await reader.available(beyond: offset)
            bytes += try reader.read(at: offset, count: end - offset)
            offset = end
        }
        return bytes
    }
}
