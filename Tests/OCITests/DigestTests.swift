import OCI
import Testing

@Suite("Digests")
struct DigestTests {
    private static let sha256 = "sha256:" + String(repeating: "a0", count: 32)
    private static let sha512 = "sha512:" + String(repeating: "f9", count: 64)

    @Test("are written as they were read", arguments: [(sha256, Digest.Algorithm.sha256), (sha512, .sha512)])
    func parsing(text: String, algorithm: Digest.Algorithm) throws {
        let digest = try Digest(text)
        #expect(digest.description == text)
        #expect(digest.algorithm == algorithm)
        #expect(digest.hex == text.dropFirst(7))
        #expect(digest.hex.utf8.count == algorithm.hexLength)
        #expect(try Digest("x\(text)".dropFirst()) == digest)
    }

    private static let refused: [String] = [
        "", ":", "sha256", "sha256:", String(sha256.dropLast()), "\(sha256)0", "SHA256:\(sha256.dropFirst(7))",
        "sha256:\(String(repeating: "A0", count: 32))", "sha256:\(String(repeating: "g0", count: 32))",
        "sha512:\(sha256.dropFirst(7))", "sha256:\(sha512.dropFirst(7))", "md5:\(String(repeating: "0", count: 32))",
        "sha384:\(String(repeating: "0", count: 96))", "sha256-\(sha256.dropFirst(7))", " \(sha256)", "\(sha256) ",
        "\(sha256)\n", "sha256::\(sha256.dropFirst(8))", "sha256:\(String(repeating: "é", count: 32))",
        "sha256:\(String(repeating: "０", count: 64))", "sha256:../../../../etc/passwd", "sha256\u{0}:\(sha256)",
    ]

    @Test("are refused in any other form", arguments: refused)
    func refusals(text: String) {
        #expect(refusal { () throws(RegistryError) in try Digest(text) } == .digestInvalid)
    }

    @Test(
        "are those that the standards list",
        arguments: [
            (Digest.Algorithm.sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                .sha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                .sha512, "",
                "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
            ),
            (
                .sha512, "abc",
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
            ),
        ])
    func vectors(algorithm: Digest.Algorithm, text: String, hex: String) {
        let digest = Digest(of: Array(text.utf8), algorithm: algorithm)
        #expect(digest.description == "\(algorithm.rawValue):\(hex)")
        #expect(digest.algorithm == algorithm)
    }

    @Test("come out the same however the bytes arrive", arguments: Digest.Algorithm.allCases)
    func pieces(algorithm: Digest.Algorithm) {
        var random = SeededGenerator(seed: 1)
        let bytes = (0..<10_000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let whole = Digest(of: bytes, algorithm: algorithm)
        for _ in 0..<50 {
            var hasher = DigestHasher(algorithm)
            #expect(hasher.algorithm == algorithm)
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 0...3_000, using: &random))
                hasher.update(Array(piece))
                rest = rest.dropFirst(piece.count)
            }
            #expect(hasher.finalize() == whole)
        }
    }

    @Test("may be asked for before the last byte")
    func prefixes() {
        var hasher = DigestHasher()
        #expect(hasher.finalize() == Digest(of: []))
        hasher.update(Array("a".utf8))
        #expect(hasher.finalize() == Digest(of: Array("a".utf8)))
        let copy = hasher
        hasher.update(Array("bc".utf8))
        #expect(hasher.finalize() == Digest(of: Array("abc".utf8)))
        #expect(copy.finalize() == Digest(of: Array("a".utf8)))
    }

    @Test("are equal, ordered and hashed by their text")
    func comparison() throws {
        let digests = (0..<100).flatMap { seed in
            Digest.Algorithm.allCases.map { Digest(of: [UInt8(seed)], algorithm: $0) }
        }
        #expect(digests.sorted().map(\.description) == digests.map(\.description).sorted())
        let again = try digests.map { try Digest($0.description) }
        #expect(again == digests)
        #expect(Set(again).union(digests).count == digests.count)
    }

    @Test("no text traps, and what is taken is canonical")
    func fuzz() {
        var random = SeededGenerator(seed: 2)
        for round in 0..<20_000 {
            let seed = round % 2 == 0 ? Self.sha256 : Self.sha512
            let text = String(decoding: random.mutated(Array(seed.utf8)), as: UTF8.self)
            if let digest = try? Digest(text) {
                #expect(digest.description == text)
                #expect(text.utf8.count == 7 + digest.algorithm.hexLength)
            }
        }
    }
}
