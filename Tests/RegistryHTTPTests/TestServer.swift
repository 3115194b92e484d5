import Access
import BlobStore
import Catalog
import Foundation
import Logging
import OCI
import PullThrough
import Registry
import RegistryHTTP
import ServiceLifecycle
import Settings
import Telemetry
import TestSupport
import Testing
import Upstream

/// The whole HTTP side over a store of its own, on a free port of this machine.
struct TestServer: Sendable {
    /// What a test may choose.
    struct Options: Sendable {
        var trusted = ["private"]
        var proxies: [String] = []
        var local: [String] = []
        /// The default upstream's name and, under it, further ones; all are the same fake.
        var upstreams = ["docker.io"]
        var freshness: Duration = .seconds(300)
        var directory: TemporaryDirectory?
    }

    let port: Int
    let directory: TemporaryDirectory
    let clock: TestClock
    let sleeper: ManualClock
    let log: AccessLines
    private let services: ServiceGroup

    /// Runs a server in front of `hub`, or of an upstream that refuses connections, while `body` runs.
    static func run<R: Sendable>(
        before hub: FakeHub? = nil, _ options: Options = Options(), _ body: (TestServer) async throws -> R
    ) async throws -> R {
        let directory = try options.directory ?? TemporaryDirectory()
        let executor = IOExecutor(threads: 4)
        let layout = StoreLayout(root: directory.path(of: "store"))
        let blobs = try FileBlobStore(layout, executor: executor)
        let catalog = try SQLiteCatalog(path: layout.catalog)
        let clock = TestClock()
        let sleeper = ManualClock()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let refusing: FakeHub? = if hub == nil { try await FakeHub() } else { nil }
        await refusing?.offline()
        let url = try #require((hub ?? refusing)?.registryURL)
        let clients = try options.upstreams.map { host in
            let origin = try #require(WebOrigin(url))
            return RegistryClient(
                UpstreamConfiguration(host: try UpstreamHost(host), origin: origin), version: "test", logger: logger)
        }
        let hosts = clients.map(\.configuration.host)
        let cache = PullThroughCache(
            router: Router(
                upstreams: Set(hosts), defaultUpstream: .dockerHub, local: try options.local.map { try NamePattern($0) }
            ),
            clients: clients,
            policy: .init(
                freshness: Dictionary(
                    hosts.map { ($0, Freshness(limit: options.freshness)) }, uniquingKeysWith: { first, _ in first })),
            blobs: blobs, catalog: catalog, clock: clock.wall, sleeper: sleeper, logger: logger)
        let uploads = Uploads(blobs: blobs, catalog: catalog, clock: clock.wall)
        try await uploads.reconcile()
        try await cache.ownership.load()
        let log = try AccessLines()
        let sink = LogSink(descriptor: log.writing, linger: .zero)
        let backend = RegistryBackend(
            cache: cache, uploads: uploads,
            manifests: Manifests(blobs: blobs, catalog: catalog, clock: clock.wall, logger: logger),
            blobs: Blobs(blobs: blobs, catalog: catalog, logger: logger), uses: UseLog(catalog: catalog),
            networks: try ClientNetworks(
                trusted: options.trusted.flatMap { try ranges($0) }, proxies: options.proxies.flatMap { try ranges($0) }
            ),
            accessLog: AccessLog(sink: sink, format: .text), executor: executor, clock: clock.wall, logger: logger)
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = RegistryServer(host: "127.0.0.1", port: 0, backend: backend) { listening.yield($0) }
        let services = ServiceGroup(
            services: [Background(tasks: cache.background), Listener(server: server)], logger: logger)
        do {
            let result = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { listening.finish() }
                    try await services.run()
                }
                var iterator = ports.makeAsyncIterator()
                let port = try #require(await iterator.next())
                let result = try await body(
                    TestServer(
                        port: port, directory: directory, clock: clock, sleeper: sleeper, log: log, services: services))
                group.cancelAll()
                while let ended = await group.nextResult() {
                    if case .failure(let error) = ended, !(error is CancellationError) { throw error }
                }
                return result
            }
            for client in clients { await client.shutdown() }
            await refusing?.shutdown()
            try catalog.close()
            return result
        } catch {
            for client in clients { await client.shutdown() }
            try? catalog.close()
            throw error
        }
    }

    /// Begins the graceful shutdown, as SIGTERM would.
    func beginShutdown() async { await services.triggerGracefulShutdown() }

    /// Asks on a connection of its own.
    func ask(
        _ method: String, _ target: String, _ headers: [String: String] = [:], body: [UInt8]? = nil
    ) async throws -> Reply {
        var client = try await RawClient(port: port)
        let reply = try await client.ask(method, target, headers, body: body)
        await client.close()
        return reply
    }

    /// Paths of the store's blobs and partial files that this process has open.
    var openBlobs: [String] {
        let folder = "/proc/self/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
            .filter { $0.hasPrefix(directory.path) && ($0.contains("/blobs/") || $0.contains("/partial/")) }
    }

    /// Names of the store's partial files.
    var partials: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory.path(of: "store/partial"))) ?? []
    }

    private static func ranges(_ text: String) throws -> [NetworkRange] {
        text == "private" ? NetworkRange.privateNetworks : [try NetworkRange(text)]
    }
}

/// Runs the cache's own work until the server has stopped.
private struct Background: Service {
    let tasks: BackgroundTasks

    func run() async throws { await cancelWhenGracefulShutdown { await tasks.run() } }
}

/// Runs the server as one of the services.
private struct Listener: Service {
    let server: RegistryServer

    func run() async throws { try await server.run() }
}
