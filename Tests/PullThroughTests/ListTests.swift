import Catalog
import OCI
import TestSupport
import Testing

@testable import PullThrough
@testable import Upstream

@Suite("Lists of an upstream", .timeLimit(.minutes(2)))
struct ListTests {
    @Test("tags are the upstream's, and the cached ones when it is off")
    func tags() async throws {
        try await CacheBench.run { bench in
            bench.hub.addImage(repository: "library/ubuntu", tag: "22.04", layers: [])
            bench.hub.addImage(repository: "library/ubuntu", tag: "24.04", layers: [], annotation: "newer")
            let repository = try bench.repository("library/ubuntu")
            let all = try await bench.cache.tags(in: repository, after: nil, limit: 10)
            #expect(all.tags.map(\.description) == ["22.04", "24.04"])
            #expect(!all.hasMore)
            let first = try await bench.cache.tags(in: repository, after: nil, limit: 1)
            #expect(first.tags.count == 1)
            #expect(first.hasMore)
            _ = try await bench.manifest("24.04")
            await bench.hub.offline()
            let cached = try await bench.cache.tags(in: repository, after: nil, limit: 10)
            #expect(cached.tags.map(\.description) == ["24.04"])
            #expect(bench.hub.pulls() == 1)
        }
    }

    @Test("a repository that the upstream does not have is unknown")
    func unknown() async throws {
        try await CacheBench.run { bench in
            let repository = try bench.repository("no/such")
            let refusal = try await bench.refusal {
                try await bench.cache.tags(in: repository, after: nil, limit: 10)
            }
            #expect(refusal?.code == .nameUnknown)
        }
    }

    @Test("referrers are the upstream's; an upstream without the API, or that is off, has none")
    func referrers() async throws {
        try await CacheBench.run { bench in
            let image = bench.hub.addImage(repository: "library/ubuntu", tag: "latest", layers: [])
            let signature = FakeContent(Array("{}".utf8))
            bench.hub.setReferrers(of: image.digest, in: "library/ubuntu", to: [signature.descriptor()])
            let repository = try bench.repository("library/ubuntu")
            let digest = try Digest(image.digest)
            let document = try await bench.cache.referrers(of: digest, in: repository, artifactType: "a/b+c&d")
            let text = String(decoding: try #require(document).bytes, as: UTF8.self)
            #expect(text.contains(signature.digest))
            #expect(bench.hub.requests.last?.query == "artifactType=a%2Fb%2Bc%26d")
            bench.hub.configure { $0.supportsReferrers = false }
            #expect(try await bench.cache.referrers(of: digest, in: repository, artifactType: nil) == nil)
            await bench.hub.offline()
            #expect(try await bench.cache.referrers(of: digest, in: repository, artifactType: nil) == nil)
        }
    }

    @Test(
        "a list of tags is read leniently, and never traps",
        arguments: [
            (#"{"name":"a","tags":["b","c"]}"#, ["b", "c"]), (#"{"tags":null}"#, []), (#"{}"#, []),
            (#"{"tags":["ok","not ok","-bad",""]}"#, ["ok"]), (#"{"tags":["a","a"]}"#, ["a", "a"]),
            (#"{"tags":{}}"#, nil), (#"{"tags":[1]}"#, nil), ("[]", nil), ("", nil), ("{", nil),
        ] as [(String, [String]?)])
    func page(_ text: String, _ tags: [String]?) {
        let page = TagPage(
            UpstreamDocument(bytes: Array(text.utf8), hasMore: false, isFiltered: false), after: nil, limit: 10)
        #expect(page?.tags.map(\.description) == tags)
    }

    @Test(
        "an upstream that knows no pages is cut into pages here, and the walk through them ends",
        arguments: [
            (nil, ["a", "b"], true), ("b", ["c", "d"], true), ("d", ["e"], false), ("e", [], false),
        ] as [(String?, [String], Bool)])
    func pages(_ last: String?, _ tags: [String], _ hasMore: Bool) throws {
        let whole = UpstreamDocument(
            bytes: Array(#"{"tags":["e","d","c","b","a"]}"#.utf8), hasMore: false, isFiltered: false)
        let page = try #require(TagPage(whole, after: try last.map { try Tag($0) }, limit: 2))
        #expect(page.tags.map(\.description) == tags)
        #expect(page.hasMore == hasMore)
    }

    @Test("a page of an upstream that pages stays as it is, in the upstream's order")
    func foreignOrder() throws {
        let page = UpstreamDocument(bytes: Array(#"{"tags":["10","9"]}"#.utf8), hasMore: true, isFiltered: false)
        let read = try #require(TagPage(page, after: try Tag("11"), limit: 2))
        #expect(read.tags.map(\.description) == ["10", "9"])
        #expect(read.hasMore)
    }

    @Test("noise is no list of tags")
    func fuzz() {
        var generator = SeededGenerator(seed: 21)
        let whole = Array(#"{"name":"library/ubuntu","tags":["22.04","24.04","latest"]}"#.utf8)
        for _ in 0..<5000 {
            var bytes = Array(whole.prefix(Int.random(in: 0...whole.count, using: &generator)))
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let page = TagPage(UpstreamDocument(bytes: bytes, hasMore: false, isFiltered: false), after: nil, limit: 2)
            if let page { #expect(page.tags.count <= 2) }
        }
    }
}
