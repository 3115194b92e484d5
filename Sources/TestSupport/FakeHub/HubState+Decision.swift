import NIOHTTP1

/// How a request is answered.
extension HubState {
    /// Decides what to do with the request recorded under `id`.
    mutating func decide(_ request: HubRequest, id: Int) -> HubDecision {
        if let target = faults.takeHang(for: request) {
            return .hang(gate: gates.close(.request(target)))
        }
        let caller = account(of: request)
        var reply = faultReply(to: request) ?? route(request, caller: caller)
        reply.isHeadOnly = request.method == "HEAD"
        settle(id, status: reply.status, account: caller)
        return .reply(reply)
    }

    private mutating func faultReply(to request: HubRequest) -> HubReply? {
        guard let fault = faults.takeStatus(for: request) else { return nil }
        let reply =
            fault.body.map { HubReply(status: fault.code, type: "text/plain", text: $0) }
            ?? HubReply.error(fault.code, "UNKNOWN", "The fake was told to answer \(fault.code).")
        return fault.headers.reduce(reply.adding("Retry-After", fault.retryAfter.map(String.init))) {
            $0.adding($1.key, $1.value)
        }
    }

    private mutating func route(_ request: HubRequest, caller: String?) -> HubReply {
        guard request.method == "GET" || request.method == "HEAD" else {
            return .error(405, "UNSUPPORTED", "The operation is unsupported.")
        }
        switch (request.listener, request.route) {
        case (.auth, .token): return tokenReply(to: request)
        case (.auth, _): return HubReply(status: 404, type: "text/plain", text: "404 page not found\n")
        case (.registry, .storage(let digest)), (.cdn, .storage(let digest)):
            return storageReply(to: request, digest: digest)
        case (.cdn, .manifest(let name, let reference)):
            if let refusal = refusalOfStorage(request) { return refusal }
            return manifestReply(to: request, name: name, reference: reference)
        case (.cdn, _): return HubReply(status: 404, type: "text/plain", text: "Not Found\n")
        case (.registry, _): return registryReply(to: request, caller: caller)
        }
    }

    private mutating func registryReply(to request: HubRequest, caller: String?) -> HubReply {
        if behaviour.abuseLimit {
            return HubReply(status: 429, type: "text/plain", text: "Too Many Requests (HAP429).\n")
                .adding("Retry-After", behaviour.retryAfter.map(String.init))
        }
        if let refusal = refusal(of: request) { return refusal }
        switch request.route {
        case .ping: return .json("{}").adding("Docker-Distribution-API-Version", "registry/2.0")
        case .manifest(let name, let reference):
            return meteredManifestReply(to: request, name: name, reference: reference, caller: caller)
        case .blob(let name, let digest): return blobReply(to: request, name: name, digest: digest)
        case .tags(let name): return tagsReply(name: name)
        case .referrers(let name, let digest): return referrersReply(name: name, digest: digest)
        case .token, .storage, .other: return HubReply(status: 404, type: "text/plain", text: "404 page not found\n")
        }
    }
}
