import BlobStore
import Catalog
package import OCI
import Upstream

extension PullThroughCache {
    /// A blob of an upstream's repository: from the store, or while it is filled.
    ///
    /// - Parameter headOnly: what is not held is then asked for by `HEAD`.
    /// - Throws: ``RegistryError`` with code `BLOB_UNKNOWN`, `TOOMANYREQUESTS` or `UNAVAILABLE`; storage errors.
    package func blob(_ digest: Digest, in repository: Repository, headOnly: Bool) async throws -> CachedBlob {
        if try await catalog.size(of: digest, in: repository) != nil, let reader = try await blobs.open(digest) {
            return CachedBlob(reader: reader, size: reader.size, outcome: .hit)
        }
        let absent = RegistryError.blobUnknown(digest, in: repository)
        return try await asking(about: .blob(digest, repository), in: repository, absent: absent) {
            if let fill = fills.underWay(digest), fill.repository == repository {
                return try await following(fill)
            }
            if let reader = try await confirmed(digest, in: repository) {
                return CachedBlob(reader: reader, size: reader.size, outcome: .hit)
            }
            if headOnly {
                guard let size = try await upstreamSize(digest, repository) else {
                    throw UpstreamError.unavailable("\(repository.origin) does not say how large the blob \(digest) is")
                }
                return CachedBlob(reader: nil, size: size, outcome: .miss)
            }
            return try await following(try await fill(digest, in: repository))
        }
    }

    private func following(_ fill: Fill) async throws -> CachedBlob {
        let reader = try await fill.reader()
        return CachedBlob(reader: reader, size: reader.size, outcome: .miss)
    }

    /// A blob that another repository of the same upstream brought here, once the upstream has said that this repository
    /// has it too: bytes are served only through a repository that holds them. What was pushed here, or came from another
    /// upstream, an upstream must send itself: its word alone would open it to whoever knows the digest.
    private func confirmed(_ digest: Digest, in repository: Repository) async throws -> BlobReader? {
        guard try await catalog.isHeld(digest, at: repository.origin), let reader = try await blobs.open(digest) else {
            return nil
        }
        _ = try await upstreamSize(digest, repository)
        try await catalog.link(digest, size: reader.size, to: repository, at: clock.now())
        return reader
    }

    /// The fill to follow. One that another repository started is followed only once the upstream has said that this
    /// repository has the blob too.
    private func fill(_ digest: Digest, in repository: Repository) async throws -> Fill {
        if let fill = fills.underWay(digest), fill.repository != repository {
            _ = try await upstreamSize(digest, repository)
            let size = try await fill.reader().size
            try await catalog.link(digest, size: size, to: repository, at: clock.now())
        }
        let client = try client(for: repository)
        return fills.join(digest) {
            Fill(
                digest, in: repository, from: client, blobs: blobs, catalog: catalog, clock: clock, sleeper: sleeper,
                logger: logger)
        }
    }

    private func upstreamSize(_ digest: Digest, _ repository: Repository) async throws -> Int? {
        let client = try client(for: repository)
        return try await sizeWork.value(for: BlobKey(digest: digest, repository: repository)) {
            try await client.size(ofBlob: digest, of: repository.name)
        }
    }
}
