/// A scriptable stand-in for Docker Hub, in this process, on loopback: a registry, a token endpoint and a CDN, each on
/// a port of its own.
///
/// It behaves as PROTOCOL.md says Docker Hub does, breaks on demand, remembers everything that it was asked, and lets
/// a test wait for a request instead of sleeping. All of it may be changed at any time, from any thread.
///
/// ```swift
/// try await FakeHub.run { hub in
///     let image = hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [FakeHub.bytes(count: 1 << 20)])
///     hub.holdBlob(image.layers[0].digest, afterBytes: 1000)
///     … pull through hub.registryURL …
///     try await hub.waitUntilHeld(image.layers[0].digest)
///     hub.releaseBlob(image.layers[0].digest)
/// }
/// ```
///
/// Outside `run` call `shutdown()` when done; letting go of the last reference closes the ports as well, but does not
/// wait until they are closed.
package final class FakeHub: Sendable {
    let core = HubCore()
    private let registry: HubListener
    private let auth: HubListener
    private let cdn: HubListener

    /// Opens the three ports.
    ///
    /// - Throws: the system's error when a port cannot be opened.
    package init() async throws {
        registry = try HubListener(.registry, core: core)
        auth = try HubListener(.auth, core: core)
        cdn = try HubListener(.cdn, core: core)
        let addresses: [RecordedRequest.Listener: String] = [
            .registry: registry.url, .auth: auth.url, .cdn: cdn.url,
        ]
        core.withState { $0.addresses = addresses }
        try await online()
    }

    deinit {
        for listener in listeners { listener.closeSoon() }
    }

    /// Runs `body` with a fake of its own and shuts it down afterwards, whatever happens.
    ///
    /// - Throws: what `body` throws, or the system's error when a port cannot be opened.
    package static func run<R: Sendable>(_ body: (FakeHub) async throws -> R) async throws -> R {
        let hub = try await FakeHub()
        do {
            let result = try await body(hub)
            await hub.shutdown()
            return result
        } catch {
            await hub.shutdown()
            throw error
        }
    }

    /// `http://127.0.0.1:PORT` of the registry.
    package var registryURL: String { registry.url }
    /// `http://127.0.0.1:PORT` of the token endpoint, which is at `/token` there.
    package var authURL: String { auth.url }
    /// `http://127.0.0.1:PORT` of the host that blobs are redirected to.
    package var cdnURL: String { cdn.url }

    /// The number of connections open now, on all three ports.
    package var openConnections: Int {
        listeners.reduce(0) { $0 + $1.connectionCount }
    }

    /// Changes how the fake answers when nothing is broken.
    package func configure(_ change: (inout HubBehaviour) -> Void) {
        core.withState { change(&$0.behaviour) }
    }

    /// Closes all three ports and cuts every connection. Afterwards connecting is refused.
    package func offline() async {
        for listener in listeners { await listener.close() }
    }

    /// Opens the ports again, at the same numbers. Does nothing to those that are open.
    ///
    /// - Throws: the system's error when a port cannot be opened.
    package func online() async throws {
        for listener in listeners { try await listener.open() }
    }

    /// Cuts the connections open now; the ports stay open.
    ///
    /// - Throws: the system's error when a port cannot be opened again.
    package func cutConnections() async throws {
        await offline()
        try await online()
    }

    /// Closes everything. What hangs or is held never gets its answer.
    package func shutdown() async {
        await offline()
    }

    private var listeners: [HubListener] { [registry, auth, cdn] }
}
