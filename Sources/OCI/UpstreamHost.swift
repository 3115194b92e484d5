/// The name of another registry as image names use it, `docker.io` or `registry.example:5000`.
///
/// It is a key to look up in the settings, never an address to dial.
package struct UpstreamHost: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The host, lowercase, with its port if it has one.
    package let description: String

    /// Docker Hub.
    package static let dockerHub = UpstreamHost(unchecked: "docker.io")

    private init(unchecked text: String) { description = text }

    /// Parses a host name or address with an optional port.
    ///
    /// - Throws: ``RegistryError`` with code `NAME_INVALID`.
    package init(_ text: some StringProtocol) throws(RegistryError) {
        let lowercase = text.lowercased()
        // Asked of the text as it came: a few characters beyond ASCII have lowercase forms within it.
        guard text.utf8.allSatisfy({ $0 < 0x80 }), !lowercase.isEmpty, lowercase.utf8.count <= 255,
            lowercase != "local",
            lowercase.utf8.allSatisfy({ $0.isLowercaseAlphanumeric || ".-_:[]".utf8.contains($0) })
        else {
            throw .nameInvalid("'\(text.prefix(160))' is not the host name of a registry")
        }
        self.description = lowercase
    }

    package static func < (lhs: UpstreamHost, rhs: UpstreamHost) -> Bool { lhs.description < rhs.description }
}
