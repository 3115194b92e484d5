/// Which requests a fault of the fake Hub hits.
package enum HubTarget: Sendable, Hashable {
    /// Every request on every listener.
    case all
    /// Every `HEAD`.
    case head
    /// `GET` and `HEAD` of manifests.
    case manifests
    /// `GET` of manifests.
    case manifestGets
    /// `HEAD` of manifests.
    case manifestHeads
    /// Blobs, on the registry and on the CDN.
    case blobs
    /// Blobs on the CDN only, after the redirect.
    case cdn
    /// The token endpoint.
    case token
    /// `tags/list`.
    case tags
    /// The referrers API.
    case referrers

    func matches(_ request: HubRequest) -> Bool {
        switch (self, request.route) {
        case (.all, _): true
        case (.head, _): request.method == "HEAD"
        case (.manifests, .manifest): true
        case (.manifestGets, .manifest): request.method == "GET"
        case (.manifestHeads, .manifest): request.method == "HEAD"
        case (.blobs, .blob), (.blobs, .storage): true
        case (.cdn, .storage): true
        case (.token, .token): true
        case (.tags, .tags): true
        case (.referrers, .referrers): true
        default: false
        }
    }
}
