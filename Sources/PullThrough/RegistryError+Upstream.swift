import OCI
import Upstream

extension RegistryError {
    /// How long clients are told to wait after a 429 that does not say.
    private static let defaultRetryAfter = 60

    /// What a client is told when an upstream of `repository` gave no verdict and nothing is cached.
    init(_ error: UpstreamError, of repository: Repository) {
        switch error {
        case .rateLimited(let message, let retryAfter):
            self.init(
                .tooManyRequests, "\(repository.origin) says: \(message)",
                retryAfter: retryAfter ?? Self.defaultRetryAfter)
        case .unavailable(let message), .corrupt(let message), .denied(let message):
            self.init(.unavailable, "\(repository) is not cached, and its upstream gave no answer: \(message)")
        case .notFound: self = .nameUnknown(repository)
        }
    }
}
