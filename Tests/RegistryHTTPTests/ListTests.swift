import TestSupport
import Testing

@Suite("Lists", .timeLimit(.minutes(2)))
struct ListTests {
    /// Follows `Link` from `target` to the end; the pages.
    private func walk(_ server: TestServer, _ target: String, _ key: String) async throws -> [[String]] {
        var pages: [[String]] = []
        var next: String? = target
        while let target = next, pages.count < 50 {
            let reply = try await server.ask("GET", target)
            #expect(reply.status == 200)
            #expect(reply["content-type"] == "application/json")
            pages.append(reply.list(key) ?? [])
            next = try reply["link"].map { link in
                #expect(link.hasPrefix("<") && link.hasSuffix(">; rel=\"next\""))
                return String(try #require(link.dropFirst().split(separator: ">").first))
            }
        }
        return pages
    }

    @Test("tags are listed in order, in pages of any size, to the end")
    func tags() async throws {
        try await TestServer.run { server in
            let tags = ["1.0", "1.1", "A", "_x", "a", "latest", "z-z"]
            for tag in tags.reversed() { try await server.pushImage("team/app", tag) }
            let sorted = tags.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            #expect(try await walk(server, "/v2/team/app/tags/list", "tags") == [sorted])
            for size in 1...8 {
                let pages = try await walk(server, "/v2/team/app/tags/list?n=\(size)", "tags")
                #expect(pages.flatMap { $0 } == sorted, "\(size)")
                #expect(pages.count == (sorted.count + size - 1) / size, "\(size)")
            }
            #expect(try await walk(server, "/v2/team/app/tags/list?n=0", "tags") == [[]])
            #expect(try await walk(server, "/v2/team/app/tags/list?last=a", "tags") == [["latest", "z-z"]])
            #expect(try await walk(server, "/v2/team/app/tags/list?n=9&last=zzz", "tags") == [[]])
            #expect(try await server.ask("GET", "/v2/team/app/tags/list").text.contains(#""name":"team/app""#))
        }
    }

    @Test(
        "a number of results that is none is refused",
        arguments: ["n=-1", "n=x", "n=1.5", "n=", "n=99999999999999999999", "n=%0d%0a1"])
    func number(query: String) async throws {
        try await TestServer.run { server in
            try await server.pushImage("team/app", "v1")
            for path in ["team/app/tags/list", "_catalog"] {
                let reply = try await server.ask("GET", "/v2/\(path)?\(query)")
                #expect(reply.status == 400)
                #expect(reply.code == "PAGINATION_NUMBER_INVALID")
            }
        }
    }

    @Test("a repository that was never there has no tags")
    func unknown() async throws {
        try await FakeHub.run { hub in
            try await TestServer.run(before: hub) { server in
                let reply = try await server.ask("GET", "/v2/team/none/tags/list")
                #expect(reply.status == 404)
                #expect(reply.code == "NAME_UNKNOWN")
            }
        }
    }

    @Test("an upstream's tags come from there, page by page, and from the cache when it is gone")
    func upstreamTags() async throws {
        try await FakeHub.run { hub in
            let image = hub.addImage(repository: "library/app", tag: "a", layers: [[1]])
            for tag in ["b", "c", "d"] { hub.move(tag: tag, in: "library/app", to: image.digest) }
            try await TestServer.run(before: hub) { server in
                for start in ["/v2/app/tags/list", "/v2/library/app/tags/list", "/v2/docker.io/app/tags/list"] {
                    let pages = try await walk(server, "\(start)?n=3", "tags")
                    #expect(pages.flatMap { $0 } == ["a", "b", "c", "d"], "\(start)")
                }
                let pages = try await walk(server, "/v2/library/app/tags/list?n=3&ns=docker.io", "tags")
                #expect(pages.flatMap { $0 } == ["a", "b", "c", "d"])
                _ = try await server.ask("GET", "/v2/app/manifests/b")
                await hub.offline()
                #expect(try await walk(server, "/v2/app/tags/list?n=3", "tags") == [["b"]])
            }
        }
    }

    @Test("the catalog lists what was pushed and what is cached, in pages of any size, to the end")
    func catalog() async throws {
        try await FakeHub.run { hub in
            for name in ["library/app", "team/tool"] { hub.addImage(repository: name, tag: "v1", layers: [[1]]) }
            var options = TestServer.Options()
            options.upstreams = ["docker.io", "localhost:5001", "zz.example"]
            try await TestServer.run(before: hub, options) { server in
                for name in ["a", "localhost-mine", "localhost0", "m/n", "zz", "docker"] {
                    try await server.pushImage(name, "v1")
                }
                for (name, host) in [
                    ("library/app", "docker.io"), ("team/tool", "localhost:5001"), ("team/tool", "zz.example"),
                ] {
                    #expect(try await server.ask("GET", "/v2/\(name)/manifests/v1?ns=\(host)").status == 200)
                }
                let all = [
                    "a", "docker", "docker.io/library/app", "localhost-mine", "localhost0", "localhost:5001/team/tool",
                    "m/n", "zz", "zz.example/team/tool",
                ]
                #expect(try await walk(server, "/v2/_catalog", "repositories") == [all])
                for size in 1...10 {
                    let pages = try await walk(server, "/v2/_catalog?n=\(size)", "repositories")
                    #expect(pages.flatMap { $0 } == all, "\(size)")
                }
                #expect(try await walk(server, "/v2/_catalog?n=0", "repositories") == [[]])
                #expect(try await walk(server, "/v2/_catalog?last=%7E%0D%0A", "repositories") == [[]])
            }
        }
    }

    @Test("nothing a client writes into a parameter breaks out of the Link")
    func injection() async throws {
        try await TestServer.run { server in
            for name in ["a", "b", "c"] { try await server.pushImage(name, "v1") }
            let reply = try await server.ask("GET", "/v2/_catalog?n=1&ns=%3E%3B%20rel%3D%22x%22%0D%0AX-Evil%3A1%26n=2")
            #expect(reply["x-evil"] == nil)
            let link = try #require(reply["link"])
            #expect(link.hasPrefix("</v2/_catalog?n=1&last=a"))
            #expect(link.hasSuffix(">; rel=\"next\""))
            #expect(link.count { $0 == ">" } == 1 && link.count { $0 == "\"" } == 2)
            #expect(!link.contains("&n=2"))
        }
    }
}
