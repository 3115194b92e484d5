import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// One of the fake's addresses: can be closed, with every connection to it, and opened again on the same port.
final class HubListener: Sendable {
    private struct State {
        var server: (any Channel)?
        /// Connections by their number; `nil` while offline, so that a late one is closed at once.
        var connections: [Int: any Channel]?
    }

    private let kind: RecordedRequest.Listener
    private let core: HubCore
    private let reservation: PortReservation
    private let state = Mutex(State())

    var url: String { "http://127.0.0.1:\(reservation.port)" }

    init(_ kind: RecordedRequest.Listener, core: HubCore) throws(FakeHubError) {
        self.kind = kind
        self.core = core
        reservation = try PortReservation()
    }

    /// The number of open connections.
    var connectionCount: Int {
        state.withLock { $0.connections?.count ?? 0 }
    }

    /// Starts to accept connections. Does nothing when it does already.
    func open() async throws {
        let isOpen = state.withLock { state in
            defer { state.connections = state.connections ?? [:] }
            return state.connections != nil
        }
        guard !isOpen else { return }
        do {
            let server = try await bind()
            state.withLock { $0.server = server }
        } catch {
            state.withLock { $0 = State() }
            throw error
        }
    }

    /// Stops accepting, and cuts every connection. Does nothing when closed already.
    func close() async {
        for channel in takeChannels() {
            // A channel that is closing already says so by an error, and is waited for all the same.
            try? await channel.close()
            try? await channel.closeFuture.get()
        }
    }

    /// The same without waiting for it.
    func closeSoon() {
        for channel in takeChannels() { channel.close(promise: nil) }
    }

    private func bind() async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark, value: ChannelOptions.Types.WriteBufferWaterMark(low: 256 << 10, high: 1 << 20)
            )
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = core.withState { $0.takeNumber() }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(
                        HubConnection(number: number, listener: kind, core: core)
                    )
                    admit(channel, number: number)
                }
            }
            .bind(host: "127.0.0.1", port: reservation.port)
            .get()
    }

    private func takeChannels() -> [any Channel] {
        state.withLock { state in
            defer { state = State() }
            return [state.server].compactMap { $0 } + (state.connections ?? [:]).values
        }
    }

    private func admit(_ channel: any Channel, number: Int) {
        let isAdmitted = state.withLock { state in
            guard state.connections != nil else { return false }
            state.connections?[number] = channel
            return true
        }
        guard isAdmitted else { return channel.close(promise: nil) }
        channel.closeFuture.whenComplete { [self] _ in
            state.withLock { _ = $0.connections?.removeValue(forKey: number) }
        }
    }
}
