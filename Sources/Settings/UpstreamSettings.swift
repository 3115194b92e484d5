/// One registry to pull from.
package struct UpstreamSettings: Sendable, Equatable {
    /// Docker Hub, without an account.
    package static let dockerHub = UpstreamSettings(host: "docker.io", url: "https://registry-1.docker.io")

    /// The name that images use, lower case, with a port if they write one: `docker.io`, `registry.example.com:5001`.
    package var host: String
    /// Where the registry answers: `http` or `https`, no user, query or fragment, no slash at the end.
    package var url: String
    /// The account, together with `password`; both or neither.
    package var username: String?
    /// The account's password or access token.
    package var password: Secret?
    /// How long this upstream's tags are served unasked; nil means the general freshness.
    package var freshness: Duration?

    /// An upstream from its parts, unchecked.
    package init(
        host: String, url: String, username: String? = nil, password: Secret? = nil, freshness: Duration? = nil
    ) {
        self.host = host
        self.url = url
        self.username = username
        self.password = password
        self.freshness = freshness
    }

    /// Checks the name of an upstream. It has to be one that can stand before an image's name, which is why it needs a
    /// dot, a port, or to be `localhost`: anything else reads as the first segment of a repository's name.
    static func checkHost(_ text: String) throws(InvalidValue) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, HostName.isValid(name) else {
            throw InvalidValue(
                "\(InvalidValue.quote(text)) is not a registry's host", do: "write it as images do, such as ghcr.io")
        }
        if parts.count > 1 {
            guard let port = PortNumber.parse(parts[1]), port > 0 else {
                throw InvalidValue(
                    "\(InvalidValue.quote(String(parts[1]))) is not a port", do: "write 1 to 65535 after the colon")
            }
        }
        guard text == text.lowercased() else {
            throw InvalidValue("a registry's host is lower case", do: "write \(text.lowercased())")
        }
        guard text.contains(".") || text.contains(":") || text == "localhost" else {
            throw InvalidValue(
                "\(InvalidValue.quote(text)) has neither a dot nor a port, so an image's name cannot tell it from a "
                    + "repository", do: "write the host as images do, such as ghcr.io or \(text):5000")
        }
    }
}
