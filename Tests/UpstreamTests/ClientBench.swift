import Logging
import OCI
import Synchronization
import TestSupport

@testable import Upstream

/// A client of a fake Hub, for one test.
struct ClientBench: Sendable {
    let hub: FakeHub
    let client: RegistryClient
    /// What tokens expire by.
    let time: TurnableTime

    /// Runs `body` with a client, and closes both sides afterwards.
    static func run<Value: Sendable>(
        credentials: Credentials? = nil, timeouts: UpstreamConfiguration.Timeouts = .init(),
        _ body: (ClientBench) async throws -> Value
    ) async throws -> Value {
        try await FakeHub.run { hub in
            let time = TurnableTime()
            guard let origin = WebOrigin(hub.registryURL) else { throw FakeHubError.unknown(hub.registryURL) }
            let client = RegistryClient(
                UpstreamConfiguration(host: .dockerHub, origin: origin, credentials: credentials, timeouts: timeouts),
                version: "test", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { time.now })
            do {
                let value = try await body(ClientBench(hub: hub, client: client, time: time))
                await client.shutdown()
                return value
            } catch {
                await client.shutdown()
                throw error
            }
        }
    }

    /// The error that `body` ends with, where it is one of the upstream.
    static func error(_ body: () async throws -> some Sendable) async throws -> UpstreamError? {
        do {
            _ = try await body()
            return nil
        } catch let error as UpstreamError {
            return error
        }
    }
}

/// The time, as far as a test has turned it.
final class TurnableTime: Sendable {
    private let start = ContinuousClock.now
    private let passed = Mutex(Duration.zero)

    var now: ContinuousClock.Instant { start + passed.withLock { $0 } }

    func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
}

extension BlobDownload {
    /// All that comes.
    func bytes() async throws -> [UInt8] {
        let all = Mutex<[UInt8]>([])
        try await forEach { piece in all.withLock { $0 += piece } }
        return all.withLock { $0 }
    }
}
