import Crypto

/// Bytes with their digest and media type, as the fake Hub stores them: a manifest, a config or a layer.
package struct FakeContent: Sendable, Equatable {
    /// `sha256:` and the hexadecimal hash of `bytes`.
    package let digest: String
    /// What a descriptor of this content says it is.
    package let mediaType: String
    /// The content itself.
    package let bytes: [UInt8]

    /// The length of `bytes`.
    package var size: Int { bytes.count }

    /// Bytes of which the digest is computed.
    package init(_ bytes: [UInt8], mediaType: String = "application/octet-stream") {
        self.bytes = bytes
        self.mediaType = mediaType
        digest = FakeContent.digest(of: bytes)
    }

    /// `sha256:` and the hexadecimal hash of `bytes`.
    ///
    /// Computed here rather than by the vocabulary of the program, so that tests have a second opinion.
    package static func digest(of bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        var text = "sha256:"
        for byte in SHA256.hash(data: bytes) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return text
    }

    /// The descriptor of this content as JSON, with `extra` members (`"platform":{…}`) at its end.
    package func descriptor(extra: String = "") -> String {
        let tail = extra.isEmpty ? "" : ",\(extra)"
        return #"{"mediaType":"\#(mediaType)","digest":"\#(digest)","size":\#(size)\#(tail)}"#
    }
}
