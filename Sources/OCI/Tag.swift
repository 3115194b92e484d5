/// A tag: a name that a repository gives to one of its manifests.
///
/// Follows the distribution specification: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
package struct Tag: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The tag as it is written.
    package let description: String

    /// The tag that stands for none given.
    package static let latest = Tag(unchecked: "latest")

    private init(unchecked text: String) { description = text }

    /// Parses a tag.
    ///
    /// - Throws: ``RegistryError`` with code `TAG_INVALID` that quotes the tag.
    package init(_ text: some StringProtocol) throws(RegistryError) {
        guard let first = text.utf8.first, first.isWordCharacter, text.utf8.count <= 128,
            text.utf8.allSatisfy({ $0.isWordCharacter || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") })
        else {
            throw .tagInvalid(
                "'\(text.prefix(160))' is not a tag: at most 128 letters, digits, and . _ - , and no . or - first"
            )
        }
        self.description = String(text)
    }

    package static func < (lhs: Tag, rhs: Tag) -> Bool { lhs.description < rhs.description }
}
