/// Where a repository's content comes from.
package enum Origin: Sendable, Hashable, CustomStringConvertible {
    /// Pushed here.
    case local
    /// Pulled from another registry, named by the host that image names use, `docker.io`.
    case upstream(UpstreamHost)

    package var description: String {
        switch self {
        case .local: "local"
        case .upstream(let host): host.description
        }
    }
}
