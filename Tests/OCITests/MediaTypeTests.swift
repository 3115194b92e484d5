import OCI
import Testing

@Suite("Media types")
struct MediaTypeTests {
    @Test(
        "lose their parameters",
        arguments: [
            ("application/json", "application/json"), ("application/json; charset=utf-8", "application/json"),
            ("application/json;charset=utf-8", "application/json"), ("application/json ;q=1", "application/json"),
            ("a/b", "a/b"), ("application/vnd.oci.image.manifest.v1+json", MediaType.ociManifest.description),
        ])
    func taken(text: String, type: String) throws {
        #expect(try MediaType(text).description == type)
    }

    @Test(
        "are refused when they could not stand in a header",
        arguments: [
            "", "/", "a", "/a", "a/", ";a/b", " a/b", "a/b\r\nX: y", "a/b\u{0}", "a/é", "a,b/c", "a/\"b\"", "\u{7f}/a",
            "a/" + String(repeating: "b", count: 254),
        ])
    func refused(text: String) {
        #expect(refusal { () throws(RegistryError) in try MediaType(text) } == .manifestInvalid)
    }

    @Test("know which list manifests and which name a configuration")
    func kinds() {
        #expect(MediaType.manifests.filter(\.isIndex) == [.ociIndex, .dockerList])
        #expect(MediaType.manifests.filter(\.isImage) == [.ociManifest, .dockerManifest])
        let others: [MediaType] = [.octetStream, .ociConfig, .ociEmpty, .ociLayerGzip]
        #expect(others.filter { $0.isIndex || $0.isImage } == [])
    }

    @Test("no text traps, and what is taken is visible ASCII")
    func fuzz() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<10_000 {
            let text = random.mutated(Array("application/vnd.oci.image.index.v1+json; q=0.5".utf8))
            guard let type = try? MediaType(String(decoding: text, as: UTF8.self)) else { continue }
            #expect(type.description.utf8.allSatisfy { (0x21...0x7e).contains($0) })
            #expect((try? MediaType(type.description)) == type)
        }
    }
}

@Suite("Registry errors")
struct RegistryErrorTests {
    @Test("have the codes of the specification, and a few that clients know")
    func codes() {
        let specified: Set = [
            "BLOB_UNKNOWN", "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN",
            "MANIFEST_INVALID", "MANIFEST_UNKNOWN", "NAME_INVALID", "NAME_UNKNOWN", "SIZE_INVALID", "UNAUTHORIZED",
            "DENIED",
            "UNSUPPORTED", "TOOMANYREQUESTS",
        ]
        let codes = Set(RegistryError.Code.allCases.map(\.rawValue))
        #expect(codes.isSuperset(of: specified))
        #expect(
            codes.subtracting(specified)
                == ["TAG_INVALID", "PAGINATION_NUMBER_INVALID", "RANGE_INVALID", "UNAVAILABLE", "UNKNOWN"])
    }

    @Test("say what is missing, and where")
    func messages() throws {
        let repository = Repository(origin: .upstream(.dockerHub), name: try RepositoryName("library/ubuntu"))
        let digest = Digest(of: [])
        #expect(
            RegistryError.blobUnknown(digest, in: repository).description
                == "BLOB_UNKNOWN: docker.io/library/ubuntu has no blob \(digest)")
        #expect(RegistryError.manifestUnknown(.tag(.latest), in: repository).code == .manifestUnknown)
        #expect(RegistryError.manifestUnknown(.tag(.latest), in: repository).message.hasSuffix("no manifest latest"))
        #expect(RegistryError.nameUnknown(repository).code == .nameUnknown)
        #expect(RegistryError(.tooManyRequests, "wait", retryAfter: 30).retryAfter == 30)
    }

    @Test("a refusal quotes a bounded part of what it refuses")
    func boundedMessages() {
        let long = String(repeating: "A", count: 100_000)
        for refuse: (String) throws -> Any in [
            { try Digest($0) }, { try RepositoryName($0) }, { try Tag($0) }, { try MediaType($0) },
            { try UpstreamHost($0) },
            { try ImageReference($0) }, { try ManifestReference($0) },
        ] {
            let error = #expect(throws: RegistryError.self) { try refuse(long) }
            #expect((error?.message.utf8.count ?? .max) < 600)
        }
    }
}
