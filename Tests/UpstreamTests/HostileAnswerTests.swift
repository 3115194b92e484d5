import Logging
import OCI
import Testing

@testable import Upstream

@Suite("Hostile answers", .timeLimit(.minutes(2)))
struct HostileAnswerTests {
    @Test(
        "an answer that is not HTTP is an outage of that upstream, and of nothing else",
        arguments: [
            "HTTP/1.1 000 \r\n\r\n", "HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 007 X\r\n\r\nbody",
            "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 1000 X\r\n\r\n", "nonsense\r\n\r\n",
            "\u{16}\u{3}\u{1}",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/9.9 200 OK\r\n\r\n",
        ])
    func nonsense(_ answer: String) async throws {
        try await RawUpstream.run(answering: answer) { upstream in
            var timeouts = UpstreamConfiguration.Timeouts()
            timeouts.head = .seconds(1)
            timeouts.stall = .seconds(1)
            let origin = try #require(WebOrigin(upstream.url))
            let client = RegistryClient(
                UpstreamConfiguration(host: .dockerHub, origin: origin, timeouts: timeouts), version: "test",
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            await #expect(throws: UpstreamError.self) {
                try await client.manifest(.tag(.latest), of: RepositoryName("library/ubuntu"))
            }
            await client.shutdown()
        }
    }
}
