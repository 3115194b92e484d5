import OCI

/// What a request to `/v2/` is about, by its path. Follows "Endpoints" of the distribution specification.
enum RegistryRoute: Sendable, Hashable {
    case ping
    case catalog
    case tags(RepositoryName)
    case manifest(RepositoryName, ManifestReference)
    case referrers(RepositoryName, Digest)
    case blob(RepositoryName, Digest)
    case uploads(RepositoryName)
    case upload(RepositoryName, id: String)

    /// Reads the path from the right: a repository may itself be called `a/tags/b` or `a/blobs/uploads`.
    ///
    /// - Returns: nil when the path is none of the registry's.
    /// - Throws: ``RegistryError`` when a name, tag or digest in it is malformed.
    init?(_ segments: [String]) throws(RegistryError) {
        guard segments.first == "v2" else { return nil }
        var rest = segments.dropFirst()
        switch Array(rest) {
        case [], [""]:
            self = .ping
            return
        case ["_catalog"]:
            self = .catalog
            return
        default: break
        }
        guard let last = rest.popLast(), let keyword = rest.popLast() else { return nil }
        func name(_ segments: ArraySlice<String>) throws(RegistryError) -> RepositoryName {
            try RepositoryName(segments.joined(separator: "/"))
        }
        switch (keyword, last) {
        case ("tags", "list"): self = .tags(try name(rest))
        case ("manifests", _): self = .manifest(try name(rest), try ManifestReference(last))
        case ("referrers", _): self = .referrers(try name(rest), try Digest(last))
        case ("blobs", "uploads"): self = .uploads(try name(rest))
        case ("uploads", _) where rest.last == "blobs":
            let repository = try name(rest.dropLast())
            self = last.isEmpty ? .uploads(repository) : .upload(repository, id: last)
        case ("blobs", _): self = .blob(try name(rest), try Digest(last))
        default: return nil
        }
    }
}
