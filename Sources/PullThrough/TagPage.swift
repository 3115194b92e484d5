import FoundationEssentials
package import OCI
import Upstream

/// One page of a repository's tags.
package struct TagPage: Sendable, Hashable {
    /// The tags, in the order they were given.
    package let tags: [Tag]
    /// Whether there are more behind them.
    package let hasMore: Bool

    init(tags: [Tag], hasMore: Bool) {
        self.tags = tags
        self.hasMore = hasMore
    }

    private struct Document: Decodable { var tags: [String]? }

    /// Reads an upstream's list; nil when it is none. An upstream that gives more than `limit` is cut short.
    init?(_ document: UpstreamDocument, limit: Int) {
        guard let list = try? JSONDecoder().decode(Document.self, from: Data(document.bytes)) else { return nil }
        let tags = (list.tags ?? []).compactMap { try? Tag($0) }
        self.init(tags: Array(tags.prefix(limit)), hasMore: document.hasMore || tags.count > limit)
    }
}
