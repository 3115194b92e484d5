import FoundationEssentials

/// An origin of the web, RFC 6454: scheme, host and port. `Authorization` never leaves it.
package struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    let scheme: String
    /// The host's name or address, lowercase; an IPv6 address in brackets.
    let host: String
    /// The port, spelled out even where it is the scheme's own.
    let port: Int

    /// The origin of an absolute `http` or `https` URL; nil for any other text.
    package init?(_ text: String) {
        guard let components = URLComponents(string: text) else { return nil }
        self.init(components)
    }

    init?(_ components: URLComponents) {
        guard let scheme = components.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = components.encodedHost?.lowercased(), !host.isEmpty
        else { return nil }
        let port = components.port ?? (scheme == "https" ? 443 : 80)
        guard (1...65535).contains(port) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    package var description: String { "\(scheme)://\(host):\(port)" }

    /// Whether what began here may be redirected to `next`: never from https to http.
    func permitsRedirect(to next: WebOrigin) -> Bool { next.scheme == "https" || scheme == "http" }

    /// Whether a password for this origin may go to `other`: the same host, or the same registrable domain, over a
    /// scheme that is no weaker.
    func trusts(_ other: WebOrigin) -> Bool {
        guard scheme == other.scheme || other.scheme == "https" else { return false }
        if host == other.host { return true }
        guard let domain = Self.registrableDomain(host) else { return false }
        return domain == Self.registrableDomain(other.host)
    }

    /// The last two labels of a name, or three under a second-level suffix such as `co.uk`; nil for an address.
    private static func registrableDomain(_ host: String) -> String? {
        let labels = host.split(separator: ".")
        guard labels.count >= 2, let last = labels.last, !last.allSatisfy(\.isNumber), !host.contains(":") else {
            return nil
        }
        let second = labels[labels.count - 2]
        let count = last.count == 2 && second.count <= 3 && labels.count >= 3 ? 3 : 2
        return labels.suffix(count).joined(separator: ".")
    }
}
