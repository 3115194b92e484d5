package import OCI

/// Everything that can be set about a server, complete: what nobody set has its default.
package struct ServerSettings: Sendable, Equatable {
    /// Where to accept connections.
    package var listen: ListenAddress
    /// Where the bytes and the catalog live.
    package var storage: StorageSettings
    /// How long a cached tag is served before its upstream is asked again; zero asks every time.
    package var freshness: Duration
    /// The registries that may be pulled from. The first one is the default upstream, `docker.io`.
    package var upstreams: [UpstreamSettings]
    /// Names that live here only and are never looked for upstream.
    package var local: [NamePattern]
    /// Who may use the server.
    package var access: AccessSettings
    /// What is logged, and how.
    package var log: LogSettings

    /// The settings of a server that nobody configured, except for what is given.
    package init(
        listen: ListenAddress = .standard,
        storage: StorageSettings = StorageSettings(),
        freshness: Duration = .seconds(300),
        upstreams: [UpstreamSettings] = [.dockerHub],
        local: [NamePattern] = [],
        access: AccessSettings = AccessSettings(),
        log: LogSettings = LogSettings()
    ) {
        self.listen = listen
        self.storage = storage
        self.freshness = freshness
        self.upstreams = upstreams
        self.local = local
        self.access = access
        self.log = log
    }
}
