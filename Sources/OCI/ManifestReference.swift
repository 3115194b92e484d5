/// How a manifest is asked for within a repository: by tag or by digest.
package enum ManifestReference: Sendable, Hashable, CustomStringConvertible {
    /// By a name that may move.
    case tag(Tag)
    /// By its content.
    case digest(Digest)

    /// Parses a tag, or a digest when there is a colon, which no tag has.
    ///
    /// - Throws: ``RegistryError`` with code `DIGEST_INVALID` or `TAG_INVALID`.
    package init(_ text: some StringProtocol) throws(RegistryError) {
        self = text.utf8.contains(UInt8(ascii: ":")) ? .digest(try Digest(text)) : .tag(try Tag(text))
    }

    package var description: String {
        switch self {
        case .tag(let tag): tag.description
        case .digest(let digest): digest.description
        }
    }
}
