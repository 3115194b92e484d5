import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// The HTTP server: everything that listens.
package struct RegistryServer: Sendable {
    /// The most connections at a time; more wait in the kernel's queue.
    private static let maximumConnections = 8192

    private let application: Application<RegistryResponder>

    /// A server on `host` and `port`; port 0 takes a free one.
    ///
    /// - Parameter onListening: told the port once connections are taken.
    package init(
        host: String, port: Int, backend: RegistryBackend, onListening: @escaping @Sendable (Int) async -> Void
    ) {
        let hot = HotAnswers()
        let dates = DateLine()
        var quiet = backend.logger
        quiet.logLevel = max(quiet.logLevel, .warning)
        application = Application(
            responder: RegistryResponder(backend: backend, hot: hot),
            server: HTTPServerBuilder { responder in
                RegistryChannel(responder: responder) { HotAnswerHandler(hot: hot, backend: backend, dates: dates) }
            },
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port), backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: quiet)
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: `IOError` when the address cannot be bound.
    package func run() async throws { try await application.run() }
}
