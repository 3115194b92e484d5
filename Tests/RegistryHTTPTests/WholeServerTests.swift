import RoostServer
import Settings
import TestSupport
import Testing

@Suite("The server from its settings", .timeLimit(.minutes(2)))
struct WholeServerTests {
    /// Runs a server of `settings` while `body` runs.
    private func run(_ settings: ServerSettings, _ body: @Sendable (Int) async throws -> Void) async throws {
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let roost = Roost(settings: settings, version: "test") { listening.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { listening.finish() }
                try await roost.run()
            }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else {
                try await group.waitForAll()
                return
            }
            try await body(port)
            group.cancelAll()
        }
    }

    private func settings(in directory: TemporaryDirectory, port: Int = 0, hub: FakeHub? = nil) -> ServerSettings {
        var settings = ServerSettings(listen: ListenAddress(host: "127.0.0.1", port: port))
        settings.storage = StorageSettings(path: directory.path(of: "deep/store"))
        if let hub { settings.upstreams = [UpstreamSettings(host: "docker.io", url: hub.registryURL)] }
        return settings
    }

    @Test("what was pulled and pushed is there after a restart, with the upstream gone")
    func restart() async throws {
        let directory = try TemporaryDirectory()
        try await FakeHub.run { hub in
            let image = hub.addImage(repository: "library/app", tag: "v1", layers: [FakeHub.bytes(count: 200_000)])
            let targets = [
                ("/v2/app/manifests/v1", image.manifest.bytes),
                ("/v2/app/blobs/\(image.layers[0].digest)", image.layers[0].bytes),
            ]
            let settings = settings(in: directory, hub: hub)
            try await run(settings) { port in
                var client = try await RawClient(port: port)
                for (target, bytes) in targets { #expect(try await client.ask("GET", target).body == bytes) }
                let pushed = try await client.ask(
                    "POST", "/v2/team/app/blobs/uploads/?digest=\(FakeContent.digest(of: [1, 2]))", body: [1, 2])
                #expect(pushed.status == 201)
                await client.close()
            }
            await hub.offline()
            try await run(settings) { port in
                var client = try await RawClient(port: port)
                for (target, bytes) in targets { #expect(try await client.ask("GET", target).body == bytes) }
                let pushed = try await client.ask("GET", "/v2/team/app/blobs/\(FakeContent.digest(of: [1, 2]))")
                #expect(pushed.body == [1, 2])
                await client.close()
            }
        }
    }

    @Test("a port that is taken and a store that is in use are each one clear line")
    func startupErrors() async throws {
        let directory = try TemporaryDirectory()
        let other = try TemporaryDirectory()
        try await run(settings(in: directory)) { port in
            await #expect {
                try await run(settings(in: other, port: port)) { _ in }
            } throws: { error in
                guard let error = error as? StartupError else { return false }
                return error.message.contains("another program listens there") && !error.message.contains("\n")
            }
            await #expect {
                try await run(settings(in: directory)) { _ in }
            } throws: { error in
                guard let error = error as? StartupError else { return false }
                return error.message.contains("in use by another process") && !error.message.contains("\n")
            }
        }
    }
}
