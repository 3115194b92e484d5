import OCI
import Testing

@Suite("Repository names")
struct RepositoryNameTests {
    @Test(
        "of the grammar are taken",
        arguments: [
            "a", "0", "ubuntu", "library/ubuntu", "a/b/c/d", "a.b", "a_b", "a__b", "a-b", "a--b", "a---b", "a.b_c__d-e",
            "a/tags/b", "a/manifests/b", "a/blobs/uploads", "tags/list", "v2/v2", "0/0", "a/b.c-d/e__f",
            String(repeating: "a", count: 255), String(repeating: "a/", count: 127) + "a",
        ])
    func taken(text: String) throws {
        #expect(try RepositoryName(text).description == text)
    }

    @Test(
        "outside the grammar are refused",
        arguments: [
            "", "/", "a/", "/a", "a//b", "A", "aA", "a/B", "a..b", "a.", ".a", "a/.b", "a/b.", "-a", "a-", "_a", "a_",
            "a___b", "a_-b", "a-_b", "a.-b", "a._b", "a-.b", "a b", " a", "a ", "a\n", "a:b", "a@b", "a%2fb", "a\\b",
            "..",
            "../a", "a/../b", "é", "a\u{301}", "e\u{301}", "a\u{0}", "\u{212A}", "ａ", "a/\u{0}",
            String(repeating: "a", count: 256), String(repeating: "a/", count: 127) + "ab",
        ])
    func refused(text: String) {
        #expect(refusal { () throws(RegistryError) in try RepositoryName(text) } == .nameInvalid)
    }

    @Test("know their components")
    func components() throws {
        let name = try RepositoryName("gcr.io/distroless/static")
        #expect(name.components == ["gcr.io", "distroless", "static"])
        #expect(name.firstComponent == "gcr.io")
        #expect(!name.isSingleComponent)
        #expect(try name.withoutFirstComponent == RepositoryName("distroless/static"))
        let single = try RepositoryName("ubuntu")
        #expect(single.components == ["ubuntu"])
        #expect(single.firstComponent == "ubuntu")
        #expect(single.isSingleComponent)
        #expect(single.withoutFirstComponent == nil)
        #expect(try single.inLibrary == RepositoryName("library/ubuntu"))
        #expect(try RepositoryName(String(repeating: "a", count: 255)).inLibrary == nil)
    }

    @Test("random names agree with the specification's expression")
    func agreesWithGrammar() throws {
        let component = /[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*/
        var random = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            let text = random.text(of: ["a", "0", "b1", ".", "_", "__", "-", "/", "A", "é"], upTo: 7)
            let expected = try text.split(separator: "/", omittingEmptySubsequences: false)
                .allSatisfy { try component.wholeMatch(in: $0) != nil }
            let name = try? RepositoryName(text)
            #expect((name != nil) == expected, "\(text)")
            #expect(name == nil || name?.components.joined(separator: "/") == text)
        }
    }
}

@Suite("Tags")
struct TagTests {
    @Test(
        "of the grammar are taken",
        arguments: [
            "latest", "v1.2.3", "A", "0", "_", "_.-", "a..b", "a-", "a.", "24.04",
            "sha256-" + String(repeating: "0", count: 64),
            String(repeating: "a", count: 128),
        ])
    func taken(text: String) throws {
        #expect(try Tag(text).description == text)
    }

    @Test(
        "outside the grammar are refused",
        arguments: [
            "", ".", "-", ".a", "-a", "a b", "a:b", "a/b", "a@b", "a+b", "é", "a\u{301}", "a\n", "\u{0}", "ａ",
            String(repeating: "a", count: 129),
        ])
    func refused(text: String) {
        #expect(refusal { () throws(RegistryError) in try Tag(text) } == .tagInvalid)
    }

    @Test("come in the order of their bytes")
    func order() throws {
        let sorted = try ["0", "A", "Z", "_", "a", "a-", "a.", "aA", "a_", "aa"].map { try Tag($0) }
        #expect(sorted.reversed().sorted() == sorted)
        #expect(Tag.latest.description == "latest")
    }

    @Test(
        "and digests are told apart by the colon",
        arguments: [
            ("latest", RegistryError.Code?.none), ("sha256-abc", nil), ("sha256:abc", .digestInvalid),
            (":", .digestInvalid),
            ("", .tagInvalid), ("a/b", .tagInvalid), ("sha256:" + String(repeating: "0", count: 64), nil),
        ])
    func references(text: String, code: RegistryError.Code?) {
        #expect(refusal { () throws(RegistryError) in try ManifestReference(text) } == code)
        guard let reference = try? ManifestReference(text) else { return }
        #expect(reference.description == text)
        if case .digest = reference { #expect(text.contains(":")) } else { #expect(!text.contains(":")) }
    }
}

@Suite("Upstream hosts")
struct UpstreamHostTests {
    @Test(
        "are taken in lowercase",
        arguments: [
            ("docker.io", "docker.io"), ("GHCR.io", "ghcr.io"), ("localhost:5000", "localhost:5000"),
            ("192.168.0.10:5000", "192.168.0.10:5000"), ("[::1]:5000", "[::1]:5000"), ("my_registry", "my_registry"),
        ])
    func taken(text: String, host: String) throws {
        #expect(try UpstreamHost(text).description == host)
    }

    @Test(
        "are refused when they could be anything else",
        arguments: [
            "", "local", "LOCAL", "a/b", "a b", "a@b", "user:secret@host", "é.example", "doc\u{212A}er.io", "a\u{0}",
            "a\n",
            "a?b", "a#b", "https://a", String(repeating: "a", count: 256),
        ])
    func refused(text: String) {
        #expect(refusal { () throws(RegistryError) in try UpstreamHost(text) } == .nameInvalid)
    }

    @Test("tell repositories of one name apart")
    func repositories() throws {
        let name = try RepositoryName("library/ubuntu")
        let local = Repository.local(name)
        let hub = Repository(origin: .upstream(.dockerHub), name: name)
        #expect(local != hub)
        #expect(local.description == "library/ubuntu")
        #expect(hub.description == "docker.io/library/ubuntu")
        #expect(Origin.local.description == "local")
        #expect(hub.origin.description == "docker.io")
    }
}
