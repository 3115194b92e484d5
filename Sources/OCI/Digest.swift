/// The digest of some content: an algorithm and the hash in lowercase hexadecimal.
///
/// Follows "Digests" of the OCI image specification; only the registered algorithms `sha256` and `sha512` exist here,
/// so that a digest can always be computed and compared.
package struct Digest: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// A registered digest algorithm.
    package enum Algorithm: String, Sendable, Hashable, CaseIterable {
        /// SHA-256: 64 hexadecimal characters.
        case sha256
        /// SHA-512: 128 hexadecimal characters.
        case sha512

        /// The number of hexadecimal characters of a hash.
        package var hexLength: Int { self == .sha256 ? 64 : 128 }
    }

    /// The text form, `sha256:<hex>`.
    package let description: String
    /// The algorithm named before the colon.
    package let algorithm: Algorithm

    /// The hash in lowercase hexadecimal.
    package var hex: Substring { description.dropFirst(7) }

    /// Parses `algorithm:hex`.
    ///
    /// - Throws: ``RegistryError`` with code `DIGEST_INVALID` for an unknown algorithm, upper-case or wrong-length hex.
    package init(_ text: some StringProtocol) throws(RegistryError) {
        let utf8 = text.utf8
        guard let colon = utf8.firstIndex(of: UInt8(ascii: ":")),
            let algorithm = Algorithm(rawValue: String(text[..<colon])),
            utf8.distance(from: utf8.index(after: colon), to: utf8.endIndex) == algorithm.hexLength,
            utf8[utf8.index(after: colon)...].allSatisfy(\.isLowercaseHexDigit)
        else {
            throw .digestInvalid(
                "'\(text.prefix(160))' is not a digest: expected sha256: and 64, or sha512: and 128 lowercase hexadecimal digits"
            )
        }
        self.description = String(text)
        self.algorithm = algorithm
    }

    /// The digest with the bytes of a finished hash.
    init(algorithm: Algorithm, hash: some Sequence<UInt8>) {
        var text = algorithm.rawValue + ":"
        for byte in hash {
            text.unicodeScalars.append(Self.hexDigits[Int(byte >> 4)])
            text.unicodeScalars.append(Self.hexDigits[Int(byte & 15)])
        }
        self.description = text
        self.algorithm = algorithm
    }

    private static let hexDigits = Array("0123456789abcdef".unicodeScalars)

    /// The digest of `bytes`.
    package init(of bytes: some Sequence<UInt8>, algorithm: Algorithm = .sha256) {
        var hasher = DigestHasher(algorithm)
        hasher.update(Array(bytes))
        self = hasher.finalize()
    }

    package static func < (lhs: Digest, rhs: Digest) -> Bool { lhs.description < rhs.description }
    package static func == (lhs: Digest, rhs: Digest) -> Bool { lhs.description == rhs.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }
}

extension UInt8 {
    var isLowercaseHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }

    var isLowercaseAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        default: false
        }
    }

    var isWordCharacter: Bool {
        isLowercaseAlphanumeric || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) || self == UInt8(ascii: "_")
    }
}
