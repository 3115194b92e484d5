/// A request as the fake's decisions see it.
struct HubRequest: Sendable {
    /// What is asked for, by path.
    enum Route: Sendable, Equatable {
        case ping
        case manifest(name: String, reference: String)
        case blob(name: String, digest: String)
        case tags(name: String)
        case referrers(name: String, digest: String)
        case token
        /// A blob behind a redirect.
        case storage(digest: String)
        case other
    }

    let connection: Int
    let listener: RecordedRequest.Listener
    let method: String
    let path: String
    let query: String
    let headers: [RecordedRequest.Header]
    let route: Route

    init(
        connection: Int, listener: RecordedRequest.Listener, method: String, uri: String,
        headers: [RecordedRequest.Header]
    ) {
        self.connection = connection
        self.listener = listener
        self.method = method
        self.headers = headers
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = HubRequest.decodingPercents(parts.first ?? "")
        query = parts.count > 1 ? String(parts[1]) : ""
        route = HubRequest.route(of: path, on: listener)
    }

    /// The values of query parameter `name`, decoded, in order.
    func parameters(_ name: String) -> [String] {
        query.split(separator: "&").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.first.map({ $0 == name }) == true else { return nil }
            let value = parts.count > 1 ? String(parts[1].map { $0 == "+" ? " " : $0 }) : ""
            return HubRequest.decodingPercents(value)
        }
    }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }

    /// The path is read from the right, since a repository may itself be called `a/tags/b`.
    private static func route(of path: String, on listener: RecordedRequest.Listener) -> Route {
        var segments = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        if listener == .auth { return segments == ["token"] ? .token : .other }
        if segments.first == "blob", segments.count == 2 { return .storage(digest: segments[1]) }
        guard segments.first == "v2" else { return .other }
        segments.removeFirst()
        guard let reference = segments.popLast() else { return .ping }
        guard let kind = segments.popLast(), !segments.isEmpty else { return .other }
        let name = segments.joined(separator: "/")
        switch kind {
        case "manifests": return .manifest(name: name, reference: reference)
        case "blobs": return .blob(name: name, digest: reference)
        case "referrers": return .referrers(name: name, digest: reference)
        case "tags" where reference == "list": return .tags(name: name)
        default: return .other
        }
    }

    private static func decodingPercents(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
