package import Settings

/// Who is asking, and whether the network they are in may use the server.
package struct ClientNetworks: Sendable, Equatable {
    private let trusted: [NetworkRange]
    private let proxies: [NetworkRange]

    /// - Parameters:
    ///   - trusted: networks whose clients may pull and push.
    ///   - proxies: networks whose machines are believed when they say for whom they ask.
    package init(trusted: [NetworkRange], proxies: [NetworkRange]) {
        self.trusted = trusted
        self.proxies = proxies
    }

    /// The client behind a connection.
    ///
    /// Each proxy appends to `X-Forwarded-For` the address that it was asked from, so the list is believed from its
    /// end, only as long as the one who said it is a known proxy. The first address that is none is the client; an
    /// entry that is no address ends the walk at the hop that sent it, and whatever stands before it is ignored,
    /// because the client may have written it itself.
    ///
    /// - Parameters:
    ///   - peer: the other end of the connection.
    ///   - forwardedFor: the values of the `X-Forwarded-For` lines, in the order of the request.
    package func client(peer: IPAddress, forwardedFor: [String]) -> IPAddress {
        guard !proxies.isEmpty else { return peer }
        var hop = peer
        for line in forwardedFor.reversed() {
            for entry in line.split(separator: ",", omittingEmptySubsequences: false).reversed() {
                guard isIn(proxies, hop), let address = Self.address(entry) else { return hop }
                hop = address
            }
        }
        return hop
    }

    /// Whether a client may use the server at all.
    package func mayUse(_ client: IPAddress) -> Bool {
        isIn(trusted, client)
    }

    private func isIn(_ networks: [NetworkRange], _ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// An entry without the optional white space around it (RFC 9110 §5.6.1).
    private static func address(_ entry: Substring) -> IPAddress? {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let start = entry.firstIndex(where: { !isSpace($0) }),
            let end = entry.lastIndex(where: { !isSpace($0) })
        else { return nil }
        return IPAddress(String(entry[start...end]))
    }
}
