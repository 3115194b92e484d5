import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import OCI
import PullThrough
import Registry
import Upstream

extension RegistryResponder {
    /// The most entries of one page, and how many one gets without asking.
    private static let pageLimit = 10_000

    private struct TagList: Encodable {
        let name: String
        let tags: [String]
    }

    private struct RepositoryList: Encodable {
        let repositories: [String]
    }

    /// `GET /v2/<name>/tags/list`.
    func tags(of name: RepositoryName, _ target: RequestTarget) async throws -> Answer {
        let repository = try repository(name, target)
        let limit = try limit(target)
        let last = try target["last"].flatMap { (text) throws(RegistryError) in text.isEmpty ? nil : try Tag(text) }
        let page: (tags: [Tag], more: Bool)
        if repository.origin == .local {
            page = try await backend.manifests.tags(in: repository, after: last, limit: limit)
        } else {
            let cached = try await backend.cache.tags(in: repository, after: last, limit: max(limit, 1))
            page = (Array(cached.tags.prefix(limit)), limit > 0 && cached.hasMore)
        }
        var answer = try json(TagList(name: name.description, tags: page.tags.map(\.description)))
        answer.repository = repository
        if page.more, let last = page.tags.last {
            answer.headers[.link] = link("/v2/\(name)/tags/list", limit, last.description, target)
        }
        return answer
    }

    /// `GET /v2/_catalog`: what was pushed here, and what is cached, by the path under which it can be pulled.
    func repositories(_ target: RequestTarget) async throws -> Answer {
        let limit = try limit(target)
        let last = target["last"] ?? ""
        var names: [String] = []
        for origin in [Origin.local] + backend.cache.origins {
            names += try await repositories(of: origin, after: last, limit: limit)
        }
        names.sort()
        let page = Array(names.prefix(limit))
        var answer = try json(RepositoryList(repositories: page))
        if names.count > limit, let last = page.last {
            answer.headers[.link] = link("/v2/_catalog", limit, last, target)
        }
        return answer
    }

    /// At most one more than `limit` names of one origin that come after `last` in the merged list.
    private func repositories(of origin: Origin, after last: String, limit: Int) async throws -> [String] {
        let prefix = origin == .local ? "" : "\(origin)/"
        if !last.hasPrefix(prefix), last > prefix { return [] }
        // A position may be no name, such as an upstream's with a port: the walk then begins at the longest beginning of
        // it that is one, and what lies between them is passed over.
        var start = RepositoryName(longestIn: last.dropFirst(last.hasPrefix(prefix) ? prefix.count : last.count))
        var names: [String] = []
        while true {
            let page = try await backend.manifests.repositories(of: origin, after: start, limit: limit + 1)
            names += page.names.map { prefix + $0.description }.filter { $0 > last }
            if names.count > limit || !page.more { return names }
            start = page.names.last
        }
    }

    /// `GET /v2/<name>/referrers/<digest>`.
    func referrers(of digest: Digest, in name: RepositoryName, _ target: RequestTarget) async throws -> Answer {
        let repository = try repository(name, target)
        // Types have no spaces: where one is, the client left the `+` of its type as it was.
        let artifactType = target["artifactType"].map { $0.split(separator: " ", omittingEmptySubsequences: false) }
            .map { $0.joined(separator: "+") }
        var answer: Answer
        if repository.origin == .local {
            let list = try await backend.manifests.referrers(of: digest, in: repository, artifactType: artifactType)
            answer = try json(ReferrersIndex(list), type: MediaType.ociIndex.description)
            if artifactType != nil { answer.headers[.ociFiltersApplied] = "artifactType" }
        } else if let document = try await backend.cache.referrers(
            of: digest, in: repository, artifactType: artifactType)
        {
            answer = .json(document.bytes, type: MediaType.ociIndex.description, outcome: "list")
            if document.isFiltered { answer.headers[.ociFiltersApplied] = "artifactType" }
        } else {
            answer = try json(ReferrersIndex([]), type: MediaType.ociIndex.description)
        }
        answer.repository = repository
        answer.reference = digest.description
        return answer
    }

    private func limit(_ target: RequestTarget) throws -> Int {
        guard let text = target["n"] else { return Self.pageLimit }
        guard let limit = Int(text), limit >= 0 else {
            throw RegistryError(.paginationNumberInvalid, "'\(text.prefix(40))' is not a number of results")
        }
        return min(limit, Self.pageLimit)
    }

    private func link(_ path: String, _ limit: Int, _ last: String, _ target: RequestTarget) -> String {
        let namespace = target["ns"].map { "&ns=\(RequestTarget.encode($0))" } ?? ""
        return "<\(path)?n=\(limit)&last=\(RequestTarget.encode(last))\(namespace)>; rel=\"next\""
    }

    private func json(_ value: some Encodable, type: String = "application/json") throws -> Answer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return .json(Array(try encoder.encode(value)), type: type, outcome: "list")
    }
}

extension RepositoryName {
    /// The longest beginning of `text` that is a name; nil when none is.
    fileprivate init?(longestIn text: Substring) {
        var text = text.prefix(255)
        while !text.isEmpty {
            if let name = try? RepositoryName(text) {
                self = name
                return
            }
            text.removeLast()
        }
        return nil
    }
}
