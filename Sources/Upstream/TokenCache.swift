/// Tokens for one upstream, one per scope; concurrent askers of one scope share one request.
actor TokenCache {
    /// A token and the moment from which it is no longer used.
    struct Token: Sendable {
        let value: String
        let expires: ContinuousClock.Instant
    }

    private enum Entry {
        case present(Token)
        case underWay(Task<Token, any Error>)
    }

    private var entries: [String: Entry] = [:]
    private let now: @Sendable () -> ContinuousClock.Instant
    /// More scopes than this and the oldest knowledge is thrown away: a crowd of repositories must not fill the memory.
    private static let limit = 10_000

    /// No tokens yet; `now` tells when they expire.
    init(now: @escaping @Sendable () -> ContinuousClock.Instant) { self.now = now }

    /// The token for `scope` if one is held that is still good.
    func held(_ scope: String) -> String? {
        guard case .present(let token) = entries[scope], token.expires > now() else { return nil }
        return token.value
    }

    /// Forgets the token for `scope` if it is still `value`: the upstream refused it.
    func forget(_ scope: String, value: String) {
        if case .present(let token) = entries[scope], token.value == value { entries[scope] = nil }
    }

    /// The token for `scope`, held or obtained by `fetch`.
    func token(for scope: String, fetch: @escaping @Sendable () async throws -> Token) async throws -> String {
        switch entries[scope] {
        case .present(let token) where token.expires > now(): return token.value
        case .underWay(let task): return try await task.value.value
        default: break
        }
        if entries.count >= Self.limit { entries.removeAll() }
        // Unstructured because it belongs to all who wait for it: none of them may end it by leaving. It ends by itself
        // within the head timeout.
        let task = Task { try await fetch() }
        entries[scope] = .underWay(task)
        do {
            let token = try await task.value
            entries[scope] = .present(token)
            return token.value
        } catch {
            entries[scope] = nil
            throw error
        }
    }
}
