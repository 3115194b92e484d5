import TestSupport
import Testing

@Suite("Who may use the server", .timeLimit(.minutes(2)))
struct AccessTests {
    @Test("outside the trusted networks all of the API is denied, and health is told")
    func denied() async throws {
        var options = TestServer.Options()
        options.trusted = ["10.0.0.0/8"]
        try await TestServer.run(options) { server in
            for (method, target) in [
                ("GET", "/v2/"), ("HEAD", "/v2/"), ("GET", "/v2/_catalog"), ("GET", "/v2/a/manifests/b"),
                ("POST", "/v2/a/blobs/uploads/"), ("PUT", "/v2/a/manifests/b"), ("GET", "/"),
                ("GET", "/v2/A/tags/list"),
            ] {
                let reply = try await server.ask(method, target, body: method == "POST" ? [1, 2, 3] : nil)
                #expect(reply.status == 403, "\(target)")
                if method == "HEAD" { #expect(reply.body.isEmpty) } else { #expect(reply.code == "DENIED") }
            }
            #expect(try await server.ask("GET", "/healthz").status == 200)
            // Nobody is a proxy: what a client says of itself counts for nothing.
            #expect(try await server.ask("GET", "/v2/", ["X-Forwarded-For": "10.1.2.3"]).status == 403)
        }
    }

    @Test("a proxy is believed for whom it asks, also where the answer is in memory")
    func forwarded() async throws {
        var options = TestServer.Options()
        options.trusted = ["10.0.0.0/8", "127.0.0.0/8"]
        options.proxies = ["127.0.0.1"]
        try await TestServer.run(options) { server in
            try await server.pushImage("team/app", "v1")
            for _ in 0..<3 { #expect(try await server.ask("GET", "/v2/team/app/manifests/v1").status == 200) }
            for (forwarded, status) in [
                ("10.1.2.3", 200), ("8.8.8.8", 403), ("10.1.2.3, 8.8.8.8", 403), ("8.8.8.8, 10.1.2.3", 200),
                ("::ffff:10.1.2.3", 200), ("10.1.2.3,127.0.0.1", 200), ("8.8.8.8,127.0.0.1", 403),
            ] {
                let reply = try await server.ask(
                    "GET", "/v2/team/app/manifests/v1", ["x-forwarded-for": forwarded])
                #expect(reply.status == status, "\(forwarded)")
            }
            var line = ""
            for _ in 0..<13 { line = await server.log.next() }
            #expect(line.contains("client=8.8.8.8 status=403"), "\(line)")
        }
    }
}
