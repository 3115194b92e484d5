package import OCI

/// Decides which repository a request is about (DESIGN.md §3, step 2). A value: it asks nobody.
package struct Router: Sendable {
    private let upstreams: Set<UpstreamHost>
    private let defaultUpstream: UpstreamHost?
    private let local: [NamePattern]

    /// Routes among `upstreams`; names that match `local` live here only.
    package init(upstreams: Set<UpstreamHost>, defaultUpstream: UpstreamHost?, local: [NamePattern]) {
        self.upstreams = upstreams
        self.defaultUpstream = defaultUpstream
        self.local = local
    }

    /// The repository that `name` means; nil when `namespace` is no configured upstream.
    ///
    /// - Parameters:
    ///   - namespace: the `ns` parameter: a key to look up, never an address to dial.
    ///   - isOwned: whether a name was pushed here, or is being pushed.
    package func route(
        _ name: RepositoryName, namespace: String?, isOwned: (RepositoryName) -> Bool
    ) -> Repository? {
        if let namespace {
            guard let host = try? UpstreamHost(namespace), upstreams.contains(host) else { return nil }
            return repository(name, of: host)
        }
        if let repository = repositoryByPath(name) { return repository }
        if isOwned(name) || isLocal(name) { return .local(name) }
        guard let defaultUpstream else { return .local(name) }
        return repository(name, of: defaultUpstream)
    }

    /// The upstream's repository that `name` means when its first component is a configured upstream's host.
    package func repositoryByPath(_ name: RepositoryName) -> Repository? {
        guard let rest = name.withoutFirstComponent, let host = try? UpstreamHost(name.firstComponent),
            upstreams.contains(host)
        else { return nil }
        return repository(rest, of: host)
    }

    /// Whether the settings claim `name` for this registry.
    package func isLocal(_ name: RepositoryName) -> Bool { local.contains { $0.matches(name.description) } }

    /// The default upstream's repository that a bare `name` would be, were it not owned.
    package func shadowed(by name: RepositoryName) -> Repository? {
        defaultUpstream.map { repository(name, of: $0) }
    }

    private func repository(_ name: RepositoryName, of host: UpstreamHost) -> Repository {
        let official = host == .dockerHub && name.isSingleComponent ? name.inLibrary : nil
        return Repository(origin: .upstream(host), name: official ?? name)
    }
}
