import OCI
import Upstream

/// That an upstream said no: there is no such thing, or not for us.
enum UpstreamAbsence: Error, Sendable, Hashable {
    case notFound
    case denied(String)

    /// The verdict in `error`; nil when it is none.
    init?(_ error: UpstreamError) {
        switch error {
        case .notFound: self = .notFound
        case .denied(let message): self = .denied(message)
        case .rateLimited, .unavailable, .corrupt: return nil
        }
    }

    /// What a client is told: `absent`, with the upstream's words where it has some.
    ///
    /// A refusal reads as an absence, since registries refuse access to what does not exist.
    func registryError(_ absent: RegistryError, in repository: Repository) -> RegistryError {
        switch self {
        case .notFound: absent
        case .denied(let message):
            RegistryError(
                absent.code, "\(repository) does not exist, or needs an account in Roost's settings: \(message)")
        }
    }
}
