import Synchronization
import TestSupport
import Testing

@Suite("Stopping", .timeLimit(.minutes(2)))
struct ShutdownTests {
    @Test("a download under way is finished, and nothing new is taken")
    func graceful() async throws {
        try await FakeHub.run { hub in
            let layer = FakeHub.bytes(count: 2_000_000)
            let image = hub.addImage(repository: "library/app", tag: "v1", layers: [layer])
            let digest = image.layers[0].digest
            hub.holdBlob(digest, afterBytes: 1_000_000)
            try await TestServer.run(before: hub) { server in
                var idle = try await RawClient(port: server.port)
                #expect(try await idle.ask("GET", "/v2/").status == 200)
                var client = try await RawClient(port: server.port)
                try await client.send(RawClient.text("GET", "/v2/app/blobs/\(digest)"))
                #expect(await client.head().status == 200)
                try await hub.waitUntilHeld(digest)
                await server.beginShutdown()
                // That the idle connection ends shows that the shutdown has reached the connections.
                #expect(await idle.isEnded())
                let isRefused = await eventually {
                    do {
                        let late = try await RawClient(port: server.port)
                        await late.close()
                        return false
                    } catch { return true }
                }
                #expect(isRefused)
                hub.releaseBlob(digest)
                #expect(await client.bytes(layer.count) == layer)
                #expect(await client.isEnded())
                await client.close()
                await idle.close()
            }
        }
    }
}
