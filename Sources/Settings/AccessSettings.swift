/// Who may use the server.
package struct AccessSettings: Sendable, Equatable {
    /// Callers from these networks may pull and push; all others are refused.
    package var trusted: [NetworkRange]
    /// Only callers from these may say in `X-Forwarded-For` for whom they ask.
    package var proxies: [NetworkRange]

    /// Open to private networks, with no proxy, unless told otherwise.
    package init(trusted: [NetworkRange] = NetworkRange.privateNetworks, proxies: [NetworkRange] = []) {
        self.trusted = trusted
        self.proxies = proxies
    }
}
