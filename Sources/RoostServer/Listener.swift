import RegistryHTTP
import ServiceLifecycle

/// Runs the HTTP server as one of the services.
struct Listener: Service {
    let server: RegistryServer

    func run() async throws { try await server.run() }
}
