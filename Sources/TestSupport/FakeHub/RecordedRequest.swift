/// One request that the fake Hub was asked.
package struct RecordedRequest: Sendable, Identifiable {
    /// The part of the fake that was asked.
    package enum Listener: String, Sendable, CaseIterable {
        /// The registry proper, `/v2/`.
        case registry
        /// The token endpoint.
        case auth
        /// The host that blobs are redirected to.
        case cdn
    }

    /// A header line.
    package struct Header: Sendable, Equatable {
        /// The name as it was sent.
        package let name: String
        /// The value as it was sent.
        package let value: String
    }

    /// Counts up from 0 over the life of the fake.
    package let id: Int
    /// The connection that it came on: equal numbers, same connection.
    package let connection: Int
    /// Who was asked.
    package let listener: Listener
    /// `GET`, `HEAD`, …
    package let method: String
    /// The path, percent-encoding removed, without the query.
    package let path: String
    /// The query as it was sent, without the question mark; empty when there is none.
    package let query: String
    /// Every header line in the order in which it was sent.
    package let headers: [Header]
    /// At the token endpoint the account that was named, elsewhere the account that the token belongs to.
    package internal(set) var account: String?
    /// The status that was answered; `nil` while the request hangs.
    package internal(set) var status: Int?

    /// The values of every line of header `name`, in any case.
    package func values(of name: String) -> [String] {
        let wanted = name.lowercased()
        return headers.filter { $0.name.lowercased() == wanted }.map(\.value)
    }

    /// The `Range` header.
    package var rangeHeader: String? { values(of: "range").first }
    /// Whether there was an `Authorization` header of any kind.
    package var hasAuthorization: Bool { !values(of: "authorization").isEmpty }
    /// The `User-Agent` header.
    package var userAgent: String? { values(of: "user-agent").first }
}

extension RecordedRequest: CustomStringConvertible {
    /// One line for a failed test: `registry GET /v2/a/manifests/b → 200`.
    package var description: String {
        let target = query.isEmpty ? path : "\(path)?\(query)"
        return "\(listener.rawValue) \(method) \(target) → \(status.map(String.init) ?? "hanging")"
    }
}
