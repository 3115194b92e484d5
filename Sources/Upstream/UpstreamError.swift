/// Why an upstream gave no answer that could be used.
package enum UpstreamError: Error, Sendable, Hashable, CustomStringConvertible {
    /// It says that there is no such thing.
    case notFound
    /// It says that the account, or anyone without one, may not have it. Many registries say so of what does not exist.
    case denied(String)
    /// It says that it was asked too often; after how many seconds to ask again, if it says that.
    case rateLimited(message: String, retryAfter: Int?)
    /// It could not be reached, did not answer in time, or failed.
    case unavailable(String)
    /// What it sent is not what was asked for: a wrong digest, a wrong size, a manifest that is none.
    case corrupt(String)

    package var description: String {
        switch self {
        case .notFound: "the upstream has no such content"
        case .denied(let message): message
        case .rateLimited(let message, _): message
        case .unavailable(let message): message
        case .corrupt(let message): message
        }
    }

    /// Whether the upstream gave no verdict on what was asked, so that what is cached is still the best answer.
    package var isInconclusive: Bool {
        switch self {
        case .rateLimited, .unavailable, .corrupt: true
        case .notFound, .denied: false
        }
    }
}
