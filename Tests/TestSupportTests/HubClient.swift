import FoundationEssentials

@testable import TestSupport

/// A well-behaved client of the fake: fetches a token, follows redirects without it.
struct HubClient {
    let hub: FakeHub
    var credentials: String?

    init(_ hub: FakeHub, credentials: String? = nil) {
        self.hub = hub
        self.credentials = credentials
    }

    func tokenAnswer(for name: String) async throws -> RawConnection.Response {
        let authorization = credentials.map { ["Authorization": "Basic \(Data($0.utf8).base64EncodedString())"] }
        let query = "service=registry.fake&scope=repository%3A\(name)%3Apull"
        return try await RawConnection.fetch("GET", "\(hub.authURL)/token?\(query)", authorization ?? [:])
    }

    func token(for name: String) async throws -> String {
        struct Answer: Decodable { let token: String }
        return try JSONDecoder().decode(Answer.self, from: Data(try await tokenAnswer(for: name).body)).token
    }

    /// Asks the registry about `name`, with a token for it.
    func ask(
        _ method: String, _ name: String, _ rest: String, _ headers: [String: String] = [:]
    ) async throws -> RawConnection.Response {
        var headers = headers
        headers["Authorization"] = "Bearer \(try await token(for: name))"
        return try await RawConnection.fetch(method, "\(hub.registryURL)/v2/\(name)/\(rest)", headers)
    }

    /// Where a blob's bytes are.
    func location(of digest: String, in name: String) async throws -> String {
        try await ask("GET", name, "blobs/\(digest)")["location"] ?? ""
    }

    /// A blob's bytes through the redirect.
    func blob(_ digest: String, in name: String, range: String? = nil) async throws -> RawConnection.Response {
        let location = try await location(of: digest, in: name)
        return try await RawConnection.fetch("GET", location, range.map { ["Range": $0] } ?? [:])
    }
}
