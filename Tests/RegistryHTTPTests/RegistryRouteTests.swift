import OCI
import TestSupport
import Testing

@testable import RegistryHTTP

@Suite("Routes")
struct RegistryRouteTests {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)
    private static let id = "0b6e7a52-9a51-4f3e-9c55-0d6a5a1c9b1f"

    private func route(_ path: String) throws -> RegistryRoute? {
        try RegistryRoute(try #require(RequestTarget(path)).segments)
    }

    @Test("the API and its catalog", arguments: ["/v2", "/v2/"])
    func ping(path: String) throws {
        #expect(try route(path) == .ping)
        #expect(try route("/v2/_catalog") == .catalog)
    }

    @Test(
        "a path is read from the right, whatever the repository is called",
        arguments: [
            "a", "library/ubuntu", "a/tags/b", "a/tags/list", "a/manifests/b", "a/manifests/latest", "a/blobs/b",
            "a/blobs/uploads", "a/blobs/uploads/b", "a/referrers/b", "tags/list", "manifests/latest", "blobs/uploads",
            "blobs/uploads/uploads", "v2/a", "uploads", "docker.io/library/a",
        ])
    func fromTheRight(name: String) throws {
        let repository = try RepositoryName(name)
        let digest = try Digest(Self.digest)
        #expect(try route("/v2/\(name)/tags/list") == .tags(repository))
        #expect(try route("/v2/\(name)/manifests/list") == .manifest(repository, .tag(try Tag("list"))))
        #expect(try route("/v2/\(name)/manifests/uploads") == .manifest(repository, .tag(try Tag("uploads"))))
        #expect(try route("/v2/\(name)/manifests/\(Self.digest)") == .manifest(repository, .digest(digest)))
        #expect(try route("/v2/\(name)/referrers/\(Self.digest)") == .referrers(repository, digest))
        #expect(try route("/v2/\(name)/blobs/\(Self.digest)") == .blob(repository, digest))
        #expect(try route("/v2/\(name)/blobs/uploads") == .uploads(repository))
        #expect(try route("/v2/\(name)/blobs/uploads/") == .uploads(repository))
        #expect(try route("/v2/\(name)/blobs/uploads/\(Self.id)") == .upload(repository, id: Self.id))
    }

    @Test(
        "what is no endpoint is none",
        arguments: [
            "/", "/v1/", "/v2/a", "/v2//", "/v2/a/b", "/v2/a/tags", "/v2/a/tags/", "/v2/a/tags/list/",
            "/v2/a/uploads/x",
            "/V2/", "/v2/a/_catalog", "/v2/_catalog/", "/healthz",
        ])
    func none(path: String) throws {
        #expect(try route(path) == nil)
    }

    @Test(
        "what is malformed in an endpoint has its own code",
        arguments: [
            ("/v2/A/tags/list", RegistryError.Code.nameInvalid), ("/v2/tags/list", .nameInvalid),
            ("/v2/a//tags/list", .nameInvalid), ("/v2/a%20b/tags/list", .nameInvalid),
            ("/v2/../tags/list", .nameInvalid), ("/v2/a%00/tags/list", .nameInvalid),
            ("/v2/_catalog/tags/list", .nameInvalid), ("/v2/a/manifests/", .tagInvalid),
            ("/v2/a/manifests/.x", .tagInvalid), ("/v2/a/manifests/sha256:x", .digestInvalid),
            ("/v2/a/blobs/latest", .digestInvalid), ("/v2/a/blobs/", .digestInvalid),
            ("/v2/a/referrers/latest", .digestInvalid), ("/v2/a/blobs/md5:00", .digestInvalid),
        ])
    func malformed(path: String, code: RegistryError.Code) throws {
        #expect {
            _ = try route(path)
        } throws: { error in
            (error as? RegistryError)?.code == code
        }
    }

    @Test("no path makes it trap")
    func fuzz() {
        var random = SeededGenerator(seed: 2)
        let pieces = [
            "v2", "a", "", "tags", "list", "manifests", "blobs", "uploads", "referrers", "_catalog", Self.digest,
            Self.id,
            "A", "\u{0}", String(repeating: "a", count: 300),
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0..<7, using: &random)
            _ = try? RegistryRoute(["v2"] + (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" })
        }
    }
}
