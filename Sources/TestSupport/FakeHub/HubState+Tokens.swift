import FoundationEssentials

/// Who may ask: tokens, accounts, challenges.
extension HubState {
    /// The account behind a request: the one named at the token endpoint, elsewhere the one the token belongs to.
    func account(of request: HubRequest) -> String? {
        if request.listener == .auth { return basicCredentials(of: request)?.name }
        return bearer(of: request).flatMap { tokens[$0] }?.account
    }

    /// The challenge that the registry answers, or `nil` when the request may go on.
    func refusal(of request: HubRequest) -> HubReply? {
        guard let name = request.repository else {
            guard behaviour.requiresToken else { return nil }
            let isKnown = bearer(of: request).map { tokens[$0] != nil } ?? false
            return isKnown ? nil : challenge(scope: nil, error: nil)
        }
        if behaviour.requiresToken {
            let scope = "repository:\(name):pull"
            guard let bearer = bearer(of: request) else { return challenge(scope: scope, error: nil) }
            guard let token = tokens[bearer] else { return challenge(scope: scope, error: "invalid_token") }
            guard token.repositories.contains(name) else {
                return challenge(scope: scope, error: "insufficient_scope")
            }
        }
        guard repositories[name] == nil else { return nil }
        switch behaviour.unknownRepository {
        case .unauthorized: return challenge(scope: "repository:\(name):pull", error: "insufficient_scope")
        case .nameUnknown: return .error(404, "NAME_UNKNOWN", "repository name not known to registry")
        }
    }

    /// The token endpoint's answer.
    mutating func tokenReply(to request: HubRequest) -> HubReply {
        let credentials = basicCredentials(of: request)
        if request.header("authorization") != nil {
            guard let credentials, accounts[credentials.name]?.password == credentials.password else {
                return .error(401, "UNAUTHORIZED", "incorrect username or password")
            }
        } else if !behaviour.anonymousTokens {
            return .error(401, "UNAUTHORIZED", "authentication required")
        }
        let text = "fake-token-\(takeNumber())"
        tokens[text] = Token(
            repositories: granted(request.parameters("scope"), to: credentials?.name),
            account: credentials?.name
        )
        var members: [String] = []
        if behaviour.tokenField != .accessToken { members.append(#""token":"\#(text)""#) }
        if behaviour.tokenField != .token { members.append(#""access_token":"\#(text)""#) }
        if let seconds = behaviour.expiresIn { members.append(#""expires_in":\#(seconds)"#) }
        switch behaviour.issuedAt {
        case .now: members.append(#""issued_at":"\#(Date().formatted(.iso8601))""#)
        case .fixed(let time): members.append(#""issued_at":"\#(time)""#)
        case .omitted: break
        }
        return .json("{\(members.joined(separator: ","))}")
    }

    /// The repositories that the scopes name and the account may read. Unknown ones are granted as well: whether a
    /// repository exists is the registry's answer to give.
    private func granted(_ scopes: [String], to account: String?) -> Set<String> {
        let names = scopes.flatMap { $0.split(separator: " ") }.compactMap { scope -> String? in
            let parts = scope.split(separator: ":")
            guard parts.count == 3, parts[0] == "repository" else { return nil }
            return parts[2].split(separator: ",").contains("pull") ? String(parts[1]) : nil
        }
        return Set(
            names.filter { name in
                guard let readers = repositories[name]?.readers else { return true }
                return account.map(readers.contains) ?? false
            }
        )
    }

    private func challenge(scope: String?, error: String?) -> HubReply {
        var value = #"Bearer realm="\#(address(of: .auth))/token",service="registry.fake""#
        if let scope { value += #",scope="\#(scope)""# }
        if let error { value += #",error="\#(error)""# }
        return HubReply.error(401, "UNAUTHORIZED", "authentication required").adding("WWW-Authenticate", value)
    }

    private func bearer(of request: HubRequest) -> String? {
        credential(of: request, scheme: "bearer")
    }

    private func basicCredentials(of request: HubRequest) -> (name: String, password: String)? {
        guard let encoded = credential(of: request, scheme: "basic"), let data = Data(base64Encoded: encoded) else {
            return nil
        }
        let parts = String(decoding: data, as: UTF8.self).split(
            separator: ":", maxSplits: 1, omittingEmptySubsequences: false
        )
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    private func credential(of request: HubRequest, scheme: String) -> String? {
        let parts = (request.header("authorization") ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == scheme else { return nil }
        return String(parts[1])
    }
}

extension HubRequest {
    /// The repository that is asked about, if any.
    var repository: String? {
        switch route {
        case .manifest(let name, _), .blob(let name, _), .tags(let name), .referrers(let name, _): name
        case .ping, .token, .storage, .other: nil
        }
    }
}
