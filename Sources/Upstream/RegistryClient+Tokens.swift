import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

extension RegistryClient {
    /// The `Authorization` that a refused question needs; nil when there is none to give.
    func authorization(for question: Question, after response: HTTPClientResponse) async throws -> String? {
        let challenges = response.headers["WWW-Authenticate"].compactMap { Challenge($0) }
        for case .bearer(let realm, let service, _) in challenges {
            return "Bearer "
                + (try await tokens.token(for: question.scope) {
                    try await self.fetchToken(realm: realm, service: service, scope: question.scope)
                })
        }
        return challenges.contains(.basic) ? configuration.credentials?.basic : nil
    }

    private struct TokenDocument: Decodable {
        var token: String?
        var access_token: String?
        var expires_in: Int?
    }

    private func fetchToken(realm: String, service: String?, scope: String) async throws -> TokenCache.Token {
        guard var components = URLComponents(string: realm), let origin = WebOrigin(components) else {
            throw UpstreamError.unavailable("\(configuration.host) names a token server that is no URL")
        }
        var items = components.queryItems ?? []
        if let service { items.append(URLQueryItem(name: "service", value: service)) }
        items.append(URLQueryItem(name: "scope", value: scope))
        components.queryItems = items
        guard let url = components.string else {
            throw UpstreamError.unavailable("\(configuration.host) names a token server that is no URL")
        }
        var request = HTTPClientRequest(url: url)
        if let credentials = configuration.credentials, configuration.origin.trusts(origin) {
            request.headers.add(name: "Authorization", value: credentials.basic)
        }
        let asked = now()
        let response = try await execute(request)
        switch response.status.code {
        case 200: break
        case 401, 403:
            throw UpstreamError.denied(
                configuration.credentials == nil
                    ? "\(configuration.host) gives no token for this repository: it is private, or does not exist"
                    : "\(configuration.host) refuses the account '\(configuration.credentials?.username ?? "")'")
        case 429:
            throw UpstreamError.rateLimited(
                message: "the token server of \(configuration.host) was asked too often",
                retryAfter: RetryAfter.seconds(response.headers.first(name: "Retry-After")))
        default:
            throw UpstreamError.unavailable(
                "the token server of \(configuration.host) answers with status \(response.status.code)")
        }
        guard let body = try? await collect(response, upTo: 64 << 10),
            let document = try? JSONDecoder().decode(TokenDocument.self, from: Data(body.readableBytesView)),
            let value = document.token ?? document.access_token, !value.isEmpty,
            value.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { throw UpstreamError.unavailable("the token server of \(configuration.host) sent no token") }
        let lifetime = min(max(document.expires_in ?? 60, 1), 24 * 3600)
        // Used for nine tenths of its life: what is under way when it ends must still pass.
        return TokenCache.Token(value: value, expires: asked + .milliseconds(lifetime * 900))
    }
}
