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

    /// Reads an upstream's list; nil when it is none. An upstream that gives more than `limit` is cut short, and one that
    /// begins anew in spite of `last` is taken from there.
    init?(_ document: UpstreamDocument, after last: Tag? = nil, limit: Int) {
        guard let list = try? JSONDecoder().decode(Document.self, from: Data(document.bytes)) else { return nil }
        var tags = (list.tags ?? []).compactMap { try? Tag($0) }
        if let last, let position = tags.firstIndex(of: last) { tags.removeFirst(position + 1) }
        self.init(tags: Array(tags.prefix(limit)), hasMore: document.hasMore || tags.count > limit)
    }
}
