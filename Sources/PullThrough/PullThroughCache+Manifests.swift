import BlobStore
import Catalog
import Logging
package import OCI
import Upstream

extension PullThroughCache {
    /// A manifest of an upstream's repository.
    ///
    /// - Parameter headOnly: what is not held is then asked for by `HEAD`, which costs no pull.
    /// - Throws: ``RegistryError`` with code `MANIFEST_UNKNOWN`, `TOOMANYREQUESTS` or `UNAVAILABLE`; storage errors.
    package func manifest(
        _ reference: ManifestReference, in repository: Repository, headOnly: Bool
    ) async throws -> CachedManifest {
        switch reference {
        case .digest(let digest):
            if let held = try await held(digest, in: repository, headOnly: headOnly, .hit, until: nil) { return held }
        case .tag(let tag):
            if let answer = try await cached(tag, in: repository, headOnly: headOnly) { return answer }
        }
        return try await fetched(reference, in: repository, headOnly: headOnly)
    }

    /// Answers from what is cached of a tag, asking the upstream first when it is no longer fresh.
    private func cached(_ tag: Tag, in repository: Repository, headOnly: Bool) async throws -> CachedManifest? {
        guard let record = try await catalog.tag(tag, in: repository) else { return nil }
        let freshness = freshness(of: repository)
        if freshness.isFresh(checkedAt: record.checkedAt, now: clock.now()) {
            return try await held(
                record.digest, in: repository, headOnly: headOnly, .hit,
                until: freshness.end(checkedAt: record.checkedAt))
        }
        return try await revalidated(tag, record, in: repository, headOnly: headOnly)
    }

    /// Asks the upstream where a tag points now, for no longer than the policy's wait.
    private func revalidated(
        _ tag: Tag, _ record: TagRecord, in repository: Repository, headOnly: Bool
    ) async throws -> CachedManifest? {
        let reason: String
        do {
            let key = ManifestKey(reference: .tag(tag), repository: repository)
            let fetched = try await manifestWork.value(for: key, within: policy.wait, clock: sleeper) {
                try await self.fetch(.tag(tag), in: repository)
            }
            if let fetched {
                let until = freshness(of: repository).end(checkedAt: clock.now())
                return try await held(
                    fetched.digest, in: repository, headOnly: headOnly, fetched.wasHeld ? .hit : .miss, until: until)
            }
            reason = "no answer within \(policy.wait)"
        } catch UpstreamError.notFound {
            _ = try await catalog.deleteTag(tag, in: repository)
            throw RegistryError.manifestUnknown(.tag(tag), in: repository)
        } catch let error as UpstreamError {
            reason = error.description
        }
        logger.notice(
            "stale: the upstream could not be asked",
            metadata: ["repository": "\(repository)", "tag": "\(tag)", "reason": "\(reason)"])
        return try await held(record.digest, in: repository, headOnly: headOnly, .stale, until: nil)
    }

    /// Answers with what is not held, fetching it unless the head is enough.
    private func fetched(
        _ reference: ManifestReference, in repository: Repository, headOnly: Bool
    ) async throws -> CachedManifest {
        let key = ManifestKey(reference: reference, repository: repository)
        let absent = RegistryError.manifestUnknown(reference, in: repository)
        return try await asking(about: .manifest(reference, repository), in: repository, absent: absent) {
            if headOnly, let answer = try await upstreamHead(key) { return answer }
            let fetched = try await manifestWork.value(for: key) { try await self.fetch(reference, in: repository) }
            let until = freshness(of: repository).end(checkedAt: clock.now())
            guard
                let answer = try await held(
                    fetched.digest, in: repository, headOnly: headOnly, .miss,
                    until: reference == .digest(fetched.digest) ? nil : until)
            else { throw UpstreamError.unavailable("the manifest vanished from the store") }
            return answer
        }
    }

    /// The upstream's head as an answer; nil when it does not say all that an answer needs.
    private func upstreamHead(_ key: ManifestKey) async throws -> CachedManifest? {
        let client = try client(for: key.repository)
        let head = try await headWork.value(for: key) {
            try await client.head(manifest: key.reference, of: key.repository.name)
        }
        guard let digest = head.digest, let mediaType = head.mediaType, let size = head.size else { return nil }
        if case .tag(let tag) = key.reference { try await note(tag, at: digest, in: key.repository) }
        return CachedManifest(
            digest: digest, mediaType: mediaType, size: size, bytes: nil, outcome: .miss,
            freshUntil: clock.now())
    }

    /// Remembers where the upstream says that a tag points.
    private func note(_ tag: Tag, at digest: Digest, in repository: Repository) async throws {
        let at = clock.now()
        if let record = try await catalog.manifest(digest, in: repository) {
            try await point(tag, at: record, in: repository, at: at)
        } else {
            resolved.note(tag, at: digest, in: repository, checkedAt: at)
        }
    }

    /// Asks the upstream and makes sure that the manifest is held, spending a pull only when it is not.
    private func fetch(_ reference: ManifestReference, in repository: Repository) async throws -> FetchedManifest {
        let client = try client(for: repository)
        let at = clock.now()
        let tag: Tag? = if case .tag(let tag) = reference { tag } else { nil }
        if case .digest(let digest) = reference, try await blobs.open(digest) == nil {
            return try await pull(reference, tag: nil, in: repository, from: client, at: at)
        }
        let head = try await client.head(manifest: reference, of: repository.name)
        if let digest = head.digest {
            if let record = try await catalog.manifest(digest, in: repository), try await blobs.open(digest) != nil {
                if let tag { try await point(tag, at: record, in: repository, at: at) }
                return FetchedManifest(digest: digest, wasHeld: true)
            }
            if let manifest = try await storedElsewhere(digest, as: head.mediaType) {
                try await store(manifest, tag: tag, in: repository, at: at)
                return FetchedManifest(digest: digest, wasHeld: true)
            }
        }
        return try await pull(
            head.digest.map { .digest($0) } ?? reference, tag: tag, in: repository, from: client, at: at)
    }

    /// Fetches a manifest, at the cost of a pull, and keeps it.
    private func pull(
        _ reference: ManifestReference, tag: Tag?, in repository: Repository, from client: RegistryClient, at: Timestamp
    ) async throws -> FetchedManifest {
        let manifest = try await client.manifest(reference, of: repository.name)
        try await keep(manifest)
        try await store(manifest, tag: tag, in: repository, at: at)
        return FetchedManifest(digest: manifest.digest, wasHeld: false)
    }

    private func point(_ tag: Tag, at record: ManifestRecord, in repository: Repository, at: Timestamp) async throws {
        if try await catalog.tag(tag, in: repository)?.digest == record.digest {
            try await catalog.markChecked(tag, in: repository, at: at)
        } else {
            try await catalog.store(record, references: [], tag: tag, in: repository, at: at)
        }
    }

    private func store(_ manifest: Manifest, tag: Tag?, in repository: Repository, at: Timestamp) async throws {
        let record = ManifestRecord(manifest)
        try await catalog.store(
            record, references: ContentReference.all(of: manifest), tag: tag, in: repository, at: at)
        for (tag, checkedAt) in resolved.take(manifest.digest, in: repository) {
            try await point(tag, at: record, in: repository, at: checkedAt)
        }
    }

    /// A manifest whose bytes another repository brought here; the upstream just said that this one has it too.
    private func storedElsewhere(_ digest: Digest, as mediaType: MediaType?) async throws -> Manifest? {
        guard let reader = try await blobs.open(digest), reader.size <= Manifest.maximumSize else { return nil }
        let bytes = try await blobs.executor.run { () async throws in try reader.read(at: 0, count: reader.size) }
        return try? Manifest(bytes: bytes, contentType: mediaType, algorithm: digest.algorithm)
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

    /// The answer from the store; nil when the manifest is not there.
    private func held(
        _ digest: Digest, in repository: Repository, headOnly: Bool, _ outcome: Outcome, until: Timestamp?
    ) async throws -> CachedManifest? {
        guard let record = try await catalog.manifest(digest, in: repository),
            let reader = try await blobs.open(digest)
        else { return nil }
        let bytes =
            headOnly
            ? nil : try await blobs.executor.run { () async throws in try reader.read(at: 0, count: reader.size) }
        return CachedManifest(
            digest: digest, mediaType: record.mediaType, size: record.size, bytes: bytes, outcome: outcome,
            freshUntil: outcome == .stale ? clock.now() : until)
    }

    private func freshness(of repository: Repository) -> Freshness {
        guard case .upstream(let host) = repository.origin else { return Freshness(limit: .zero) }
        return policy.freshness[host] ?? Freshness(limit: .zero)
    }
}
