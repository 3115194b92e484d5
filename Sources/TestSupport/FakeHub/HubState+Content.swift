import NIOHTTP1

/// Manifests, blobs and lists.
extension HubState {
    // MARK: Manifests

    /// A manifest on the registry, where a `GET` costs a pull.
    mutating func meteredManifestReply(
        to request: HubRequest, name: String, reference: String, caller: String?
    ) -> HubReply {
        let limit = caller.map { accounts[$0]?.pullLimit } ?? behaviour.pullLimit
        let isGet = request.method == "GET"
        if let limit, pulls[caller ?? "", default: 0] >= limit, isGet || behaviour.headIsLimited {
            let reply = HubReply.error(
                429, "TOOMANYREQUESTS",
                "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"
            )
            return metered(reply, limit: limit, caller: caller)
                .adding("Retry-After", behaviour.retryAfter.map(String.init))
        }
        if isGet, findManifest(name: name, reference: reference) != nil { pulls[caller ?? "", default: 0] += 1 }
        if behaviour.redirectsManifests {
            return redirect(to: address(of: .cdn) + request.path)
        }
        return metered(manifestReply(to: request, name: name, reference: reference), limit: limit, caller: caller)
    }

    /// A manifest, whoever asks.
    mutating func manifestReply(to request: HubRequest, name: String, reference: String) -> HubReply {
        guard let (digest, manifest) = findManifest(name: name, reference: reference) else {
            return .error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        }
        var reply = contentReply(to: request, digest: digest, bytes: manifest.bytes, allowsRange: false)
        reply = reply.adding("Content-Type", manifest.mediaType)
        switch behaviour.digestHeader {
        case .correct: return reply.adding("Docker-Content-Digest", digest)
        case .wrong: return reply.adding("Docker-Content-Digest", FakeContent.digest(of: Array("another".utf8)))
        case .missing: return reply
        }
    }

    private func findManifest(name: String, reference: String) -> (String, Manifest)? {
        guard let repository = repositories[name] else { return nil }
        let digest = reference.contains(":") ? reference : repository.tags[reference]
        guard let digest, let manifest = repository.manifests[digest] else { return nil }
        return (digest, manifest)
    }

    private func metered(_ reply: HubReply, limit: Int?, caller: String?) -> HubReply {
        guard let limit else { return reply }
        let left = max(0, limit - pulls[caller ?? "", default: 0])
        return
            reply
            .adding("ratelimit-limit", "\(limit);w=21600")
            .adding("ratelimit-remaining", "\(left);w=21600")
            .adding("docker-ratelimit-source", caller ?? "127.0.0.1")
    }

    // MARK: Blobs

    /// A blob on the registry: its head, or the way to the CDN.
    mutating func blobReply(to request: HubRequest, name: String, digest: String) -> HubReply {
        guard let bytes = repositories[name]?.blobs[digest] else {
            return .error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        }
        if request.method == "HEAD" || behaviour.redirect == .none {
            return contentReply(to: request, digest: digest, bytes: bytes, allowsRange: true)
                .adding("Content-Type", "application/octet-stream")
                .adding("Docker-Content-Digest", digest)
        }
        let host = behaviour.redirect == .cdn ? address(of: .cdn) : ""
        return redirect(to: "\(host)/blob/\(digest)")
    }

    /// A blob behind the redirect.
    mutating func storageReply(to request: HubRequest, digest: String) -> HubReply {
        if let refusal = refusalOfStorage(request) { return refusal }
        guard let bytes = repositories.values.lazy.compactMap({ $0.blobs[digest] }).first else {
            return HubReply(status: 404, type: "text/plain", text: "Not Found\n")
        }
        return contentReply(to: request, digest: digest, bytes: bytes, allowsRange: true)
            .adding("Content-Type", "application/octet-stream")
    }

    /// Why the storage behind a redirect does not serve: credentials that it must not see, or an old signature.
    func refusalOfStorage(_ request: HubRequest) -> HubReply? {
        if request.listener == .cdn, request.header("authorization") != nil {
            return HubReply(status: 400, type: "text/plain", text: "Only one auth mechanism allowed\n")
        }
        guard let signature = request.parameters("sig").first, signatures.contains(signature) else {
            return HubReply(status: 403, type: "text/plain", text: "Request has expired\n")
        }
        return nil
    }

    private mutating func redirect(to location: String) -> HubReply {
        let signature = "s\(takeNumber())"
        signatures.insert(signature)
        return HubReply(status: 307).adding("Location", "\(location)?sig=\(signature)")
    }

    // MARK: Lists

    func tagsReply(name: String) -> HubReply {
        let tags = (repositories[name]?.tags.keys.sorted() ?? []).map { "\"\($0)\"" }
        return .json(#"{"name":"\#(name)","tags":[\#(tags.joined(separator: ","))]}"#)
    }

    func referrersReply(name: String, digest: String) -> HubReply {
        guard behaviour.supportsReferrers else {
            return HubReply(status: 404, type: "text/plain", text: "404 page not found\n")
        }
        let descriptors = repositories[name]?.referrers[digest] ?? []
        let type = "application/vnd.oci.image.index.v1+json"
        let text = #"{"schemaVersion":2,"mediaType":"\#(type)","manifests":[\#(descriptors.joined(separator: ","))]}"#
        return HubReply(status: 200, type: type, text: text)
    }

    // MARK: Bytes

    /// Content by digest, with whatever is broken about it at the moment.
    private mutating func contentReply(
        to request: HubRequest, digest: String, bytes: HubBytes, allowsRange: Bool
    ) -> HubReply {
        var reply = HubReply(status: 200)
        reply.content = bytes
        reply.range = 0..<bytes.count
        guard request.method == "GET" else { return reply }

        reply.digest = digest
        reply.isChunked = behaviour.chunked
        if let substitute = faults.takeSubstitute(for: digest) {
            reply.content = substitute.bytes
            reply.isChunked = reply.isChunked || substitute.isChunked
        }
        let count = reply.content.count
        reply.range = 0..<count
        if allowsRange, !behaviour.ignoresRange {
            reply = reply.adding("Accept-Ranges", "bytes")
            switch HubRange(header: request.header("range"), count: count) {
            case .whole: break
            case .part(let range):
                reply.status = 206
                reply.range = range
                reply = reply.adding(
                    "Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(count)"
                )
            case .unsatisfiable:
                return HubReply(status: 416).adding("Content-Range", "bytes */\(count)")
            }
        }
        if let length = faults.takeCut(for: digest) {
            reply.cutOffset = min(reply.range.lowerBound + length, reply.range.upperBound)
        }
        if let offset = faults.takeHold(for: digest) {
            reply.hold = HubReply.Hold(
                gate: gates.close(.content(digest: digest)),
                offset: min(max(offset, reply.range.lowerBound), reply.range.upperBound)
            )
        }
        return reply
    }
}
