import Catalog
package import OCI

extension Manifests {
    /// Tags of `repository` in byte order, after `last`.
    ///
    /// - Returns: at most `limit` tags, and whether there are more behind them.
    /// - Throws: `NAME_UNKNOWN` when there is no such repository.
    package func tags(
        in repository: Repository, after last: Tag? = nil, limit: Int
    ) async throws -> (tags: [Tag], more: Bool) {
        guard let tags = try await catalog.tags(in: repository, after: last, limit: Self.oneMore(than: limit)) else {
            throw RegistryError.nameUnknown(repository)
        }
        return (Array(tags.prefix(max(0, limit))), limit > 0 && tags.count > limit)
    }

    /// Names of repositories of `origin` that hold manifests, in byte order, after `last`.
    ///
    /// - Returns: at most `limit` names, and whether there are more behind them.
    package func repositories(
        of origin: Origin = .local, after last: RepositoryName? = nil, limit: Int
    ) async throws -> (names: [RepositoryName], more: Bool) {
        guard limit > 0 else { return ([], false) }
        let names = try await catalog.repositories(of: origin, after: last, limit: Self.oneMore(than: limit))
        return (Array(names.prefix(limit)), names.count > limit)
    }

    /// The manifests of `repository` whose subject is `digest`, as "Listing Referrers" of the distribution specification
    /// wants them described: with their type of artifact and their annotations. None is not an error.
    ///
    /// - Parameter artifactType: only those of this type.
    package func referrers(
        of digest: Digest, in repository: Repository, artifactType: String? = nil
    ) async throws -> [Descriptor] {
        try await catalog.referrers(of: digest, in: repository, artifactType: artifactType).map { record in
            Descriptor(
                mediaType: record.mediaType, digest: record.digest, size: record.size,
                artifactType: record.artifactType, annotations: record.annotations.isEmpty ? nil : record.annotations)
        }
    }

    private static func oneMore(than limit: Int) -> Int { limit < Int.max ? max(0, limit) + 1 : limit }
}
