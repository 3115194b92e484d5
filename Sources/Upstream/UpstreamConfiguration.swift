package import OCI

/// How to reach one upstream.
package struct UpstreamConfiguration: Sendable, Hashable {
    /// How long to wait for what.
    package struct Timeouts: Sendable, Hashable {
        /// For a connection to stand.
        package var connect: Duration = .seconds(5)
        /// For the head of an answer.
        package var head: Duration = .seconds(10)
        /// For the whole of a document: a manifest, a token, a list.
        package var document: Duration = .seconds(20)
        /// Between two pieces of an answer's body.
        package var stall: Duration = .seconds(30)

        /// The defaults.
        package init() {}
    }

    /// The name that images use for it.
    package let host: UpstreamHost
    /// Where it is: scheme and authority, without a path.
    package let origin: WebOrigin
    /// The account to use, if any.
    package let credentials: Credentials?
    /// How long to wait.
    package let timeouts: Timeouts

    /// A way to reach `host` at `origin`.
    package init(
        host: UpstreamHost, origin: WebOrigin, credentials: Credentials? = nil, timeouts: Timeouts = Timeouts()
    ) {
        self.host = host
        self.origin = origin
        self.credentials = credentials
        self.timeouts = timeouts
    }
}
