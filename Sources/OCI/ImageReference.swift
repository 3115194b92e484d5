/// An image as people write it: `ubuntu`, `gcr.io/distroless/static:nonroot`, `host:5000/app@sha256:…`.
///
/// Follows Docker's rules: the first component is a host if it has a dot or a colon or is `localhost`; without one the
/// host is `docker.io`, and a single component there means `library/`. `index.docker.io` is `docker.io`.
package struct ImageReference: Sendable, Hashable, CustomStringConvertible {
    /// The registry's host, with its port if it has one.
    package let host: UpstreamHost
    /// The repository within that registry.
    package let name: RepositoryName
    /// The tag, if one is written.
    package let tag: Tag?
    /// The digest, if one is written. It decides when there is a tag too.
    package let digest: Digest?

    /// What Docker Hub was called in image names, and still is in some.
    private static let formerDockerHub = "index.docker.io"

    /// Parses an image reference.
    ///
    /// - Throws: ``RegistryError`` with code `NAME_INVALID`, `TAG_INVALID` or `DIGEST_INVALID`.
    package init(_ text: some StringProtocol) throws(RegistryError) {
        var rest = Substring(text)
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            digest = try Digest(rest[rest.index(after: at)...])
            rest = rest[..<at]
        }
        var host = UpstreamHost.dockerHub
        var hasHost = false
        if let slash = rest.firstIndex(of: "/") {
            let first = rest[..<slash]
            if first.contains(where: { $0 == "." || $0 == ":" }) || first == "localhost" {
                host = try UpstreamHost(first)
                if host.description == Self.formerDockerHub { host = .dockerHub }
                hasHost = true
                rest = rest[rest.index(after: slash)...]
            }
        }
        var tag: Tag?
        if let colon = rest.lastIndex(of: ":") {
            tag = try Tag(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        if (!hasHost || host == .dockerHub) && !rest.contains("/") {
            self.name = try RepositoryName("library/" + rest)
        } else {
            self.name = try RepositoryName(rest)
        }
        self.host = host
        self.tag = tag
        self.digest = digest
    }

    /// What to ask the registry for: the digest if there is one, else the tag, else `latest`.
    package var reference: ManifestReference { digest.map { .digest($0) } ?? .tag(tag ?? .latest) }

    /// The full form, with host and, for Docker Hub's own images, `library/`.
    package var description: String {
        "\(host)/\(name)" + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }
}
