import OCI
import Testing

@Suite("Image references")
struct ImageReferenceTests {
    private static let digest = "sha256:" + String(repeating: "0", count: 64)

    @Test(
        "are read as Docker reads them",
        arguments: [
            ("ubuntu", "docker.io/library/ubuntu"),
            ("ubuntu:24.04", "docker.io/library/ubuntu:24.04"),
            ("library/ubuntu", "docker.io/library/ubuntu"),
            ("docker.io/ubuntu", "docker.io/library/ubuntu"),
            ("docker.io/library/ubuntu", "docker.io/library/ubuntu"),
            ("index.docker.io/ubuntu", "docker.io/library/ubuntu"),
            ("Docker.IO/ubuntu", "docker.io/library/ubuntu"),
            ("grafana/grafana:11.0.0", "docker.io/grafana/grafana:11.0.0"),
            ("gcr.io/distroless/static:nonroot", "gcr.io/distroless/static:nonroot"),
            ("registry.k8s.io/pause:3.9", "registry.k8s.io/pause:3.9"),
            ("localhost/app", "localhost/app"),
            ("localhost:5000/app", "localhost:5000/app"),
            ("localhost:5000", "docker.io/library/localhost:5000"),
            ("192.168.0.10:5000/team/app:v1", "192.168.0.10:5000/team/app:v1"),
            ("[::1]:5000/app", "[::1]:5000/app"),
            ("host:5000/a/tags/b", "host:5000/a/tags/b"),
            ("ubuntu@\(digest)", "docker.io/library/ubuntu@\(digest)"),
            ("ubuntu:24.04@\(digest)", "docker.io/library/ubuntu:24.04@\(digest)"),
            ("host:5000/app@\(digest)", "host:5000/app@\(digest)"),
        ])
    func reading(text: String, full: String) throws {
        let image = try ImageReference(text)
        #expect(image.description == full)
        #expect(try ImageReference(full) == image)
    }

    @Test("ask for the digest, or else the tag, or else latest")
    func references() throws {
        #expect(try ImageReference("ubuntu").reference == .tag(.latest))
        #expect(try ImageReference("ubuntu:24.04").reference == .tag(Tag("24.04")))
        #expect(try ImageReference("ubuntu:24.04@\(Self.digest)").reference == .digest(Digest(Self.digest)))
    }

    @Test(
        "are refused with the code of the part that is wrong",
        arguments: [
            ("", RegistryError.Code.nameInvalid), ("Ubuntu", .nameInvalid), ("gcr.io/", .nameInvalid),
            ("/", .nameInvalid),
            ("/ubuntu", .nameInvalid), ("a//b", .nameInvalid), (":v1", .nameInvalid), ("@\(digest)", .nameInvalid),
            ("ubuntu:", .tagInvalid), ("ubuntu:.v1", .tagInvalid), ("ubuntu@", .digestInvalid),
            ("ubuntu@latest", .digestInvalid), ("ubuntu@\(digest)@\(digest)", .digestInvalid),
            ("https://gcr.io/app", .nameInvalid), ("user@gcr.io/app", .digestInvalid), ("a.b c/app", .nameInvalid),
        ])
    func refusals(text: String, code: RegistryError.Code) {
        #expect(refusal { () throws(RegistryError) in try ImageReference(text) } == code)
    }

    @Test("no text traps, and what is taken reads the same again")
    func fuzz() throws {
        var random = SeededGenerator(seed: 4)
        let parts = [
            "a", "ubuntu", "gcr.io", "localhost", "docker.io", "index.docker.io", ":", "/", "@", ".", "5000", "latest",
            Self.digest, "[::1]", "-", "_", "A", "é",
        ]
        for round in 0..<20_000 {
            let text =
                round % 2 == 0
                ? random.text(of: parts, upTo: 8)
                : String(decoding: random.mutated(Array("host:5000/app:v1@\(Self.digest)".utf8)), as: UTF8.self)
            guard let image = try? ImageReference(text) else { continue }
            #expect(try ImageReference(image.description) == image, "\(text)")
        }
    }
}
