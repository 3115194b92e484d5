import BlobStore
import Catalog
import OCI
import Upstream

/// Asking an upstream for manifests, and keeping them. All of this runs as shared work in the background.
extension PullThroughCache {
    /// Asks for a manifest's head, which is free, and points the tag at the manifest where that is held.
    func look(_ key: ManifestKey) async throws -> Sighting {
        let (client, at) = (try client(for: key.repository), clock.now())
        let head = try await client.head(manifest: key.reference, of: key.repository.name)
        let isHeld =
            if let digest = head.digest { try await hold(digest, as: head.mediaType, key, at: at) } else { false }
        if !isHeld, let tag = key.tag, let digest = head.digest {
            resolved.note(tag, at: digest, in: key.repository, checkedAt: at)
        }
        return Sighting(head: head, isHeld: isHeld, at: at)
    }

    /// Asks the upstream and makes sure that the manifest is held, spending a pull only when it is not.
    func fetch(_ key: ManifestKey) async throws -> FetchedManifest {
        if case .digest(let digest) = key.reference, try await blobs.open(digest) == nil {
            return try await pull(key.reference, for: key, at: clock.now())
        }
        let sighting = try await headWork.value(for: key) { try await self.look(key) }
        guard let digest = sighting.head.digest else { return try await pull(key.reference, for: key, at: sighting.at) }
        if sighting.isHeld { return FetchedManifest(digest: digest, wasHeld: true, at: sighting.at) }
        do {
            return try await pull(.digest(digest), for: key, at: sighting.at)
        } catch UpstreamError.notFound where key.tag != nil {
            throw UpstreamError.corrupt(
                "\(key.repository) says that \(key.reference) is \(digest), and does not have it")
        }
    }

    /// Fetches a manifest, at the cost of a pull, and keeps it.
    private func pull(_ reference: ManifestReference, for key: ManifestKey, at: Timestamp) async throws
        -> FetchedManifest
    {
        let manifest = try await client(for: key.repository).manifest(reference, of: key.repository.name)
        try await keep(manifest)
        try await store(manifest, for: key, at: at)
        return FetchedManifest(digest: manifest.digest, wasHeld: false, at: at)
    }

    /// Whether the manifest is held, by this repository or, since the upstream just said that this one has it too, by
    /// another; points the tag at it then.
    private func hold(_ digest: Digest, as mediaType: MediaType?, _ key: ManifestKey, at: Timestamp) async throws
        -> Bool
    {
        guard let reader = try await blobs.open(digest) else { return false }
        if let record = try await catalog.manifest(digest, in: key.repository) {
            if let tag = key.tag { try await point(tag, at: record, in: key.repository, at: at) }
            return true
        }
        // An upstream's word alone does not open what was pushed here, or came from another one.
        guard reader.size <= Manifest.maximumSize, try await catalog.isHeld(digest, at: key.repository.origin) else {
            return false
        }
        let bytes = try await blobs.executor.run { () async throws in try reader.read(at: 0, count: reader.size) }
        guard let manifest = try? Manifest(bytes: bytes, contentType: mediaType, algorithm: digest.algorithm) else {
            return false
        }
        try await store(manifest, for: key, at: at)
        return true
    }

    private func store(_ manifest: Manifest, for key: ManifestKey, at: Timestamp) async throws {
        let record = ManifestRecord(manifest)
        try await catalog.store(
            record, references: ContentReference.all(of: manifest), tag: key.tag, in: key.repository, at: at)
        for (tag, checkedAt) in resolved.take(manifest.digest, in: key.repository) where tag != key.tag {
            try await point(tag, at: record, in: key.repository, at: checkedAt)
        }
    }

    private func point(_ tag: Tag, at record: ManifestRecord, in repository: Repository, at: Timestamp) async throws {
        if try await catalog.tag(tag, in: repository)?.digest == record.digest {
            try await catalog.markChecked(tag, in: repository, at: at)
        } else {
            try await catalog.store(record, references: [], tag: tag, in: repository, at: at)
        }
    }

    private func keep(_ manifest: Manifest) async throws {
        if try await blobs.open(manifest.digest) != nil { return }
        let partial = try await blobs.begin("manifest-\(UInt64.random(in: 0 ... .max))")
        do {
            try await blobs.executor.run { () async throws in
                try manifest.bytes.withUnsafeBytes { try partial.append($0) }
            }
            try await blobs.commit(partial, as: manifest.digest, durability: .deferred)
        } catch {
            await blobs.discard(partial, because: .init(.abandoned, "\(error)"))
            throw error
        }
    }
}
