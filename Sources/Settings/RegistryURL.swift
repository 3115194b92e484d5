/// Reads the address of an upstream registry.
enum RegistryURL {
    /// Checks that `text` is an absolute `http` or `https` URL without user, query and fragment, and gives it back
    /// without slashes at its end.
    static func parse(_ text: String) throws(InvalidValue) -> String {
        let advice = "write it like https://registry.example.com"
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw InvalidValue("the URL has a space or a character outside ASCII", do: advice)
        }
        let scheme: String
        if text.hasPrefix("https://") {
            scheme = "https://"
        } else if text.hasPrefix("http://") {
            scheme = "http://"
        } else {
            throw InvalidValue("the URL does not start with http:// or https://", do: advice)
        }
        let rest = text.dropFirst(scheme.count)
        guard !rest.contains("?"), !rest.contains("#") else {
            throw InvalidValue("the URL has a query or a fragment", do: "leave out '?', '#' and what follows")
        }
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else {
            throw InvalidValue("the URL has a user in it", do: "put it into username: and password:")
        }
        try checkAuthority(authority, advice: advice)
        var path = rest.dropFirst(authority.count)
        while path.hasSuffix("/") { path.removeLast() }
        return scheme + authority + path
    }

    private static func checkAuthority(_ authority: Substring, advice: String) throws(InvalidValue) {
        var host = authority
        // The last colon starts a port unless it stands inside the brackets of an IPv6 address.
        if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
            guard let port = PortNumber.parse(authority[authority.index(after: colon)...]), port > 0 else {
                throw InvalidValue("the URL has a port that is not 1 to 65535", do: advice)
            }
            host = authority[..<colon]
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = String(host.dropFirst().dropLast())
            guard inner.contains(":"), IPAddress(inner) != nil else {
                throw InvalidValue("the URL has a broken IPv6 address", do: advice)
            }
        } else {
            guard HostName.isValid(host) else {
                throw InvalidValue("the URL has no valid host", do: advice)
            }
        }
    }
}
