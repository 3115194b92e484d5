import OCI
import Testing

@Suite("Manifests that are refused")
struct ManifestRefusalTests {
    private typealias Fixtures = ManifestFixtures

    private static let config = ManifestFixtures.descriptor(size: "1")

    @Test(
        "malformed documents are refused with MANIFEST_INVALID",
        arguments: [
            "", " ", "null", "true", "1", "\"text\"", "[]", "{}", "{", "}", "{]", "nonsense", "{\"schemaVersion\": 2",
            "{\"schemaVersion\": 2}", "\u{FEFF}" + ManifestFixtures.dockerList, ManifestFixtures.dockerList + "x",
            ManifestFixtures.dockerList + ManifestFixtures.dockerList, "{\"schemaVersion\": 2, 'manifests': []}",
            // Versions.
            "{\"manifests\": []}", "{\"schemaVersion\": 1, \"manifests\": []}",
            "{\"schemaVersion\": 3, \"manifests\": []}",
            "{\"schemaVersion\": \"2\", \"manifests\": []}", "{\"schemaVersion\": null, \"manifests\": []}",
            "{\"schemaVersion\": 99999999999999999999, \"manifests\": []}",
            // What an image and an index need.
            "{\"schemaVersion\": 2, \"mediaType\": \"\(MediaType.ociManifest)\", \"layers\": []}",
            "{\"schemaVersion\": 2, \"mediaType\": \"\(MediaType.ociManifest)\", \"config\": null, \"layers\": []}",
            "{\"schemaVersion\": 2, \"mediaType\": \"\(MediaType.ociIndex)\"}",
            "{\"schemaVersion\": 2, \"mediaType\": \"\(MediaType.dockerList)\", \"manifests\": null}",
            // What would be one thing to one client and another to the next.
            "{\"schemaVersion\": 2, \"config\": \(config), \"manifests\": []}",
            "{\"schemaVersion\": 2, \"mediaType\": \"\(MediaType.ociIndex)\", \"layers\": [], \"manifests\": []}",
            ManifestFixtures.image("\"manifests\": []"),
            // Types.
            "{\"schemaVersion\": 2, \"mediaType\": \"nonsense\", \"manifests\": []}",
            "{\"schemaVersion\": 2, \"mediaType\": 5, \"manifests\": []}",
            "{\"schemaVersion\": 2, \"mediaType\": \"a/b\\r\\nX: y\", \"manifests\": []}",
            // Parts of the wrong shape.
            ManifestFixtures.image("\"layers\": {}"), ManifestFixtures.image("\"layers\": [null]"),
            ManifestFixtures.image("\"layers\": [[]]"), ManifestFixtures.image("\"layers\": [\"\"]"),
            ManifestFixtures.image("\"subject\": []"), ManifestFixtures.image("\"annotations\": []"),
            ManifestFixtures.image("\"annotations\": {\"a\": 1}"), ManifestFixtures.image("\"artifactType\": {}"),
        ])
    func malformed(text: String) {
        #expect(refusal { () throws(RegistryError) in try Fixtures.parse(text) } == .manifestInvalid)
    }

    @Test(
        "sizes that are no number of bytes are refused",
        arguments: [
            "-1", "-9223372036854775808", "9223372036854775808", "1e400", "0.5", "\"1\"", "null", "true", "[]", "{}",
            "99999999999999999999999999999999999999",
        ])
    func sizes(size: String) {
        let text = Fixtures.image("\"layers\": [\(Fixtures.descriptor(size: size))]")
        #expect(refusal { () throws(RegistryError) in try Fixtures.parse(text) } == .manifestInvalid)
    }

    @Test("sizes as large as there are are taken", arguments: [0, 1, 5_000_000_000, Int.max])
    func largeSizes(size: Int) throws {
        let text = Fixtures.image("\"layers\": [\(Fixtures.descriptor(size: "\(size)"))]")
        #expect(try Fixtures.parse(text).layers.map(\.size) == [size])
    }

    @Test("a malformed digest is refused with DIGEST_INVALID", arguments: ["", "sha256:", "md5:00", "../../etc"])
    func digests(digest: String) {
        let text = Fixtures.image("\"layers\": [{\"mediaType\": \"a/b\", \"digest\": \"\(digest)\", \"size\": 1}]")
        #expect(refusal { () throws(RegistryError) in try Fixtures.parse(text) } == .digestInvalid)
    }

    @Test("4 MiB are taken, and a byte more is not")
    func size() throws {
        let document = Array(Fixtures.dockerList.utf8)
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: Manifest.maximumSize - document.count)
        #expect(try Manifest(bytes: document + padding, contentType: nil).bytes.count == 4 << 20)
        #expect(
            refusal { () throws(RegistryError) in
                try Manifest(bytes: document + padding + [UInt8(ascii: " ")], contentType: nil)
            } == .sizeInvalid)
    }

    @Test("20,000 descriptors are taken, and one more is not")
    func count() throws {
        func index(_ count: Int) -> String {
            let entry = "{\"digest\":\"sha256:\(String(repeating: "0", count: 64))\",\"size\":1}"
            return
                "{\"schemaVersion\": 2, \"manifests\": [\(Array(repeating: entry, count: count).joined(separator: ","))]}"
        }
        #expect(try Fixtures.parse(index(20_000)).manifests.count == 20_000)
        #expect(refusal { () throws(RegistryError) in try Fixtures.parse(index(20_001)) } == .manifestInvalid)
    }

    @Test(
        "nesting without end is refused, wherever it is",
        arguments: ["[", "{\"a\":", "{\"layers\":[", "[{\"a\":[\"]\","])
    func nesting(opening: String) {
        for count in [100, 10_000, 500_000] {
            let deep = String(repeating: opening, count: count).prefix(4_000_000)
            for text in [String(deep), Fixtures.image("\"x\": \(deep)")] {
                #expect(refusal { () throws(RegistryError) in try Fixtures.parse(text) } == .manifestInvalid)
            }
        }
    }

    @Test("brackets within text nest nothing")
    func brackets() throws {
        let text = String(repeating: "[{\\\"", count: 1_000)
        let manifest = try Fixtures.parse(Fixtures.image("\"annotations\": {\"a\": \"\(text)\"}"))
        #expect(manifest.annotations["a"]?.count == 3_000)
    }

    @Test("other encodings than UTF-8 are refused, also in fields that nobody reads")
    func encodings() throws {
        let text = Fixtures.dockerList
        let units = Array(text.utf16)
        let little: [UInt8] = units.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] as [UInt8] }
        let big: [UInt8] = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] as [UInt8] }
        let wide: [UInt8] = text.utf8.flatMap { [$0, 0, 0, 0] as [UInt8] }
        var encoded: [[UInt8]] = [little, big, [0xff, 0xfe] + little, [0xfe, 0xff] + big, wide]
        for malformed: [UInt8] in [
            [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80], [0],
        ] {
            let start = Array("{\"schemaVersion\": 2, \"manifests\": [], \"x\": \"".utf8)
            encoded.append(start + malformed + Array("\"}".utf8))
        }
        for bytes in encoded {
            #expect(
                refusal { () throws(RegistryError) in try Manifest(bytes: bytes, contentType: nil) } == .manifestInvalid
            )
        }
    }

    @Test("a key that comes twice traps nothing, and leaves no doubt about the bytes")
    func duplicates() {
        for text in [
            "{\"schemaVersion\": 2, \"schemaVersion\": 1, \"manifests\": []}",
            "{\"schemaVersion\": 2, \"manifests\": [], \"manifests\": {}}",
            Fixtures.image("\"layers\": [], \"layers\": [\(Self.config)]"),
            Fixtures.image("\"annotations\": {\"a\": \"1\", \"a\": \"2\"}"),
        ] {
            guard let manifest = try? Fixtures.parse(text) else { continue }
            #expect(manifest.bytes == Array(text.utf8))
        }
    }

    @Test("no bytes trap, and what is taken keeps them", arguments: 0..<4)
    func fuzz(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let original = Array(Fixtures.all[seed].utf8)
        var taken = 0
        for _ in 0..<6_000 {
            let bytes = random.mutated(original)
            guard let manifest = try? Manifest(bytes: bytes, contentType: nil) else { continue }
            taken += 1
            #expect(manifest.bytes == bytes)
            #expect(manifest.digest == Digest(of: bytes))
            #expect((manifest.layers + manifest.manifests).allSatisfy { $0.size >= 0 })
        }
        #expect(taken > 0)
    }
}
