/// The name of a repository within its registry: path components separated by slashes, `library/ubuntu`.
///
/// Follows the grammar of the distribution specification, "Pulling manifests":
/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*`, at most 255 bytes.
package struct RepositoryName: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name as it is written.
    package let description: String

    /// Parses a name.
    ///
    /// - Throws: ``RegistryError`` with code `NAME_INVALID` that quotes the name.
    package init(_ text: some StringProtocol) throws(RegistryError) {
        guard text.utf8.count <= 255 else {
            throw .nameInvalid("a repository name has at most 255 bytes; this one has \(text.utf8.count)")
        }
        guard
            text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .allSatisfy({ Self.isComponent($0) })
        else {
            throw .nameInvalid(
                "'\(text)' is not a repository name: lowercase letters and digits, separated by one of . _ __ - or /"
            )
        }
        self.description = String(text)
    }

    /// The path components, at least one.
    package var components: [Substring] { description.split(separator: "/") }

    /// The first path component.
    package var firstComponent: Substring { description.prefix { $0 != "/" } }

    /// Whether the name has a single component, as in `ubuntu`.
    package var isSingleComponent: Bool { !description.utf8.contains(UInt8(ascii: "/")) }

    /// The name without its first component; nil when that is all there is.
    package var withoutFirstComponent: RepositoryName? {
        guard let slash = description.firstIndex(of: "/") else { return nil }
        return try? RepositoryName(description[description.index(after: slash)...])
    }

    /// The name with `library/` before it, as Docker Hub names its official images.
    package var inLibrary: RepositoryName? { try? RepositoryName("library/" + description) }

    package static func < (lhs: RepositoryName, rhs: RepositoryName) -> Bool { lhs.description < rhs.description }

    /// Alphanumeric runs joined by `.`, `_`, `__` or any number of `-`.
    private static func isComponent(_ component: some Sequence<UInt8>) -> Bool {
        var separator: [UInt8] = []
        var sawAlphanumeric = false
        for byte in component {
            if byte.isLowercaseAlphanumeric {
                guard isSeparator(separator) else { return false }
                separator.removeAll(keepingCapacity: true)
                sawAlphanumeric = true
            } else {
                guard sawAlphanumeric else { return false }
                separator.append(byte)
            }
        }
        return sawAlphanumeric && separator.isEmpty
    }

    private static func isSeparator(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return true }
        switch first {
        case UInt8(ascii: "."): return bytes.count == 1
        case UInt8(ascii: "_"): return bytes.count <= 2 && bytes.allSatisfy { $0 == first }
        case UInt8(ascii: "-"): return bytes.allSatisfy { $0 == first }
        default: return false
        }
    }
}
