/// The address and TCP port to accept connections on.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// All IPv4 interfaces, port 5000.
    package static let standard = ListenAddress(host: "0.0.0.0", port: 5000)

    /// A host name or an address; an IPv6 address is without brackets.
    package var host: String
    /// 0 to 65535; 0 lets the system choose a free port.
    package var port: Int

    /// An address from its parts, unchecked.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`, with an IPv6 address in brackets: `0.0.0.0:5000`, `[::]:5000`, `localhost:0`.
    package init(_ text: String) throws(InvalidValue) {
        let advice = "write HOST:PORT, such as 0.0.0.0:5000 or [::]:5000"
        guard let colon = text.lastIndex(of: ":") else {
            throw InvalidValue("\(InvalidValue.quote(text)) is not an address with a port", do: advice)
        }
        let digits = text[text.index(after: colon)...]
        guard let port = PortNumber.parse(digits) else {
            throw InvalidValue("\(InvalidValue.quote(String(digits))) is not a port from 0 to 65535", do: advice)
        }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = String(host.dropFirst().dropLast())
            guard inner.contains(":"), IPAddress(inner) != nil else {
                throw InvalidValue("\(InvalidValue.quote(inner)) is not an IPv6 address", do: advice)
            }
            self.init(host: inner, port: port)
        } else {
            guard !host.contains(":") else {
                throw InvalidValue("an IPv6 address needs brackets around it", do: advice)
            }
            guard !host.isEmpty else { throw InvalidValue("the host is missing", do: advice) }
            guard HostName.isValid(host) else {
                throw InvalidValue("\(InvalidValue.quote(String(host))) is not a host name or address", do: advice)
            }
            self.init(host: String(host), port: port)
        }
    }

    /// `HOST:PORT`, as it is written in the settings.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
