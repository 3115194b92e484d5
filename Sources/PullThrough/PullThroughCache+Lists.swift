import Catalog
import Logging
package import OCI
package import Upstream

extension PullThroughCache {
    /// The tags of an upstream's repository: the upstream's own list, or what is cached when it cannot be asked.
    ///
    /// - Throws: ``RegistryError`` with code `NAME_UNKNOWN`, `TOOMANYREQUESTS` or `UNAVAILABLE`; storage errors.
    package func tags(in repository: Repository, after last: Tag?, limit: Int) async throws -> TagPage {
        let client = try client(for: repository)
        let query = "?n=\(limit)" + (last.map { "&last=\($0)" } ?? "")
        let failure: UpstreamError
        do {
            let document = try await client.document("tags/list" + query, of: repository.name)
            if let page = TagPage(document, after: last, limit: limit) { return page }
            failure = .corrupt("\(repository.origin) sent a list of tags that is none")
        } catch let error as UpstreamError {
            if !error.isInconclusive { throw RegistryError.nameUnknown(repository) }
            failure = error
            logger.notice(
                "tags are listed from the cache", metadata: ["repository": "\(repository)", "error": "\(error)"])
        }
        guard let tags = try await catalog.tags(in: repository, after: last, limit: limit + 1) else {
            throw RegistryError(failure, of: repository)
        }
        return TagPage(tags: Array(tags.prefix(limit)), hasMore: tags.count > limit)
    }

    /// The referrers of a manifest, as the upstream lists them; nil when it has none, does not know the API, or cannot be
    /// asked: an empty index is then the right answer.
    package func referrers(
        of digest: Digest, in repository: Repository, artifactType: String?
    ) async throws -> UpstreamDocument? {
        let client = try client(for: repository)
        let query = artifactType.map { "?artifactType=\(QueryEncoding.encode($0))" } ?? ""
        do {
            let document = try await client.document("referrers/\(digest)" + query, of: repository.name)
            // Passed on verbatim, and so only when it is what it should be: a redirect may have led anywhere.
            guard let index = try? Manifest(bytes: document.bytes, contentType: .ociIndex), index.mediaType.isIndex
            else {
                return nil
            }
            return document
        } catch let error as UpstreamError {
            logger.debug("no referrers", metadata: ["repository": "\(repository)", "error": "\(error)"])
            return nil
        }
    }
}
