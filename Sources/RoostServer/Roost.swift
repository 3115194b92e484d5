import Access
import BlobStore
import Catalog
import Glibc
import Logging
import NIOCore
import OCI
import PullThrough
import Registry
import RegistryHTTP
import ServiceLifecycle
package import Settings
import Telemetry
import UnixSignals
import Upstream

/// The whole server, put together from its settings.
package struct Roost: Sendable {
    /// How long requests under way may take to finish once the server is asked to stop.
    package static let gracePeriod: Duration = .seconds(30)

    private let settings: ServerSettings
    private let version: String
    private let onListening: @Sendable (Int) async -> Void

    /// A server of these settings. Nothing is opened before ``run()``.
    ///
    /// - Parameter onListening: told the port once connections are taken.
    package init(
        settings: ServerSettings, version: String, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.settings = settings
        self.version = version
        self.onListening = onListening
    }

    /// Opens the store and serves until SIGTERM or SIGINT, then lets requests under way finish.
    ///
    /// - Throws: ``StartupError`` when the store cannot be opened or the address cannot be bound.
    package func run() async throws {
        let sink = LogSink(descriptor: STDERR_FILENO, format: format)
        defer { _ = sink.flush() }
        // A client that leaves while it is written to must not end the process.
        signal(SIGPIPE, SIG_IGN)
        OpenFileLimit.raise()
        var logger = Logger(label: "roost") { label in RoostLogHandler(label: label, sink: sink, format: format) }
        logger.logLevel = Logger.Level(rawValue: settings.log.level.rawValue) ?? .info
        try await serve(logger: logger, accessLog: AccessLog(sink: sink, format: format))
        logger.info("stopped")
    }

    private var format: LogFormat { settings.log.format == .json ? .json : .text }

    private func serve(logger: Logger, accessLog: AccessLog) async throws {
        let store = try Store(at: settings.storage.path)
        let clients = try settings.upstreams.map { try $0.configuration() }
            .map { RegistryClient($0, version: version, logger: logger) }
        let result: Result<Void, any Error>
        do { result = .success(try await serve(store, clients, logger, accessLog)) } catch { result = .failure(error) }
        for client in clients { await client.shutdown() }
        do { try store.catalog.close() } catch {
            logger.warning("the catalog could not be closed", metadata: ["error": "\(error)"])
        }
        try result.get()
    }

    private func serve(
        _ store: Store, _ clients: [RegistryClient], _ logger: Logger, _ accessLog: AccessLog
    ) async throws {
        let cache = cache(over: store, clients: clients, logger: logger)
        let uploads = Uploads(blobs: store.blobs, catalog: store.catalog, clock: .system)
        let uses = UseLog(catalog: store.catalog)
        try await uploads.reconcile()
        try await cache.ownership.load()
        let backend = RegistryBackend(
            cache: cache, uploads: uploads,
            manifests: Manifests(blobs: store.blobs, catalog: store.catalog, clock: .system, logger: logger),
            blobs: Blobs(blobs: store.blobs, catalog: store.catalog, logger: logger), uses: uses,
            networks: ClientNetworks(trusted: settings.access.trusted, proxies: settings.access.proxies),
            accessLog: accessLog, executor: store.executor, clock: .system, logger: logger)
        let server = RegistryServer(host: settings.listen.host, port: settings.listen.port, backend: backend) { port in
            logger.info(
                "listening",
                metadata: [
                    "address": "\(settings.listen.host):\(port)", "storage": "\(settings.storage.path)",
                    "upstreams": "\(settings.upstreams.map(\.host).joined(separator: ","))", "version": "\(version)",
                ])
            await onListening(port)
        }
        let housekeeping = Housekeeping(
            store: store, uploads: uploads, uses: uses, ownership: cache.ownership, clock: ContinuousClock(),
            logger: logger)
        // Stopped in reverse: first the server, so that what it still answers finds everything else running.
        var group = ServiceGroupConfiguration(
            services: [housekeeping, Background(tasks: cache.background), Listener(server: server)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(logger))
        group.maximumGracefulShutdownDuration = Self.gracePeriod
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError {
            throw StartupError(
                message:
                    "cannot listen on \(settings.listen): \(Self.explain(error)); choose another address with --listen")
        } catch is SocketAddressError.UnknownHost {
            throw StartupError(
                message:
                    "cannot listen on \(settings.listen): its host is unknown; choose another address with --listen")
        } catch is CancellationError {
            logger.warning("requests were still under way after \(Self.gracePeriod) and were ended")
        }
    }

    private func cache(over store: Store, clients: [RegistryClient], logger: Logger) -> PullThroughCache {
        let hosts = clients.map(\.configuration.host)
        var freshness: [UpstreamHost: Freshness] = [:]
        for (host, upstream) in zip(hosts, settings.upstreams) {
            freshness[host] = Freshness(limit: upstream.freshness ?? settings.freshness)
        }
        return PullThroughCache(
            router: Router(upstreams: Set(hosts), defaultUpstream: .dockerHub, local: settings.local), clients: clients,
            policy: .init(freshness: freshness), blobs: store.blobs, catalog: store.catalog, clock: .system,
            sleeper: ContinuousClock(), logger: logger)
    }

    /// The lifecycle library's own messages are of use only when something is wrong.
    private func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(quiet.logLevel, .warning)
        return quiet
    }

    private static func explain(_ error: IOError) -> String {
        switch error.errnoCode {
        case EADDRINUSE: "another program listens there"
        case EACCES: "ports under 1024 need privileges"
        case EADDRNOTAVAIL: "this machine has no such address"
        default: String(cString: strerror(error.errnoCode))
        }
    }
}
