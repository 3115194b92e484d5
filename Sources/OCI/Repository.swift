/// A repository: a name within its origin.
///
/// `docker.io/library/ubuntu` and a pushed `library/ubuntu` are two repositories, never one.
package struct Repository: Sendable, Hashable, CustomStringConvertible {
    /// Where its content comes from.
    package let origin: Origin
    /// Its name at that origin.
    package let name: RepositoryName

    /// The repository `name` of `origin`.
    package init(origin: Origin, name: RepositoryName) {
        self.origin = origin
        self.name = name
    }

    /// The repository `name` that was pushed here.
    package static func local(_ name: RepositoryName) -> Repository { Repository(origin: .local, name: name) }

    /// The name alone for what was pushed here, and behind its upstream's host otherwise.
    package var description: String {
        switch origin {
        case .local: name.description
        case .upstream(let host): "\(host)/\(name)"
        }
    }
}
