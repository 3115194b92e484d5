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

    /// Reads an upstream's list; nil when it is none.
    ///
    /// An upstream that gives more than `limit`, or `last` again, gave the whole list whatever it was asked: the page is
    /// then cut from it here, in byte order.
    init?(_ document: UpstreamDocument, after last: Tag?, limit: Int) {
        guard let list = try? JSONDecoder().decode(Document.self, from: Data(document.bytes)) else { return nil }
        let tags = (list.tags ?? []).compactMap { try? Tag($0) }
        let isWhole = tags.count > limit || last.map { tags.contains($0) } ?? false
        guard isWhole else {
            self.init(tags: tags, hasMore: document.hasMore)
            return
        }
        let rest = tags.sorted().drop { tag in last.map { tag <= $0 } ?? false }
        self.init(tags: Array(rest.prefix(limit)), hasMore: document.hasMore || rest.count > limit)
    }
}
