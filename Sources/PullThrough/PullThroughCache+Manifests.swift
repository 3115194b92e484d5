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
            if let answer = try await asked(key, headOnly: headOnly, within: policy.wait) { return answer }
            reason = "no answer within \(policy.wait)"
        } catch UpstreamError.notFound {
            _ = try await catalog.deleteTag(tag, in: repository)
            absences.remember(.manifest(.tag(tag), repository), .notFound)
            throw RegistryError.manifestUnknown(.tag(tag), in: repository)
        } catch let error as UpstreamError {
            reason = error.description
        }
        logger.notice(
            "stale: the upstream could not be asked",
            metadata: ["repository": "\(repository)", "tag": "\(tag)", "reason": "\(reason)"])
        return try await held(record.digest, in: repository, headOnly: headOnly, .stale, until: clock.now())
    }

    /// Answers with what is not held, fetching it unless the head is enough.
    private func fetched(
        _ reference: ManifestReference, in repository: Repository, headOnly: Bool
    ) async throws -> CachedManifest {
        let key = ManifestKey(reference: reference, repository: repository)
        let absent = RegistryError.manifestUnknown(reference, in: repository)
        return try await asking(about: .manifest(reference, repository), in: repository, absent: absent) {
            guard let answer = try await asked(key, headOnly: headOnly, within: nil) else {
                throw UpstreamError.unavailable("the manifest vanished from the store")
            }
            return answer
        }
    }

    /// The upstream's answer; nil when there is none within `limit`. A head alone costs no pull where the upstream's says
    /// enough.
    private func asked(_ key: ManifestKey, headOnly: Bool, within limit: Duration?) async throws -> CachedManifest? {
        if headOnly {
            let look = try await headWork.value(for: key, within: limit, clock: sleeper) { try await self.look(key) }
            guard let sighting = look else { return nil }
            if sighting.isHeld, let digest = sighting.head.digest {
                return try await held(digest, for: key, headOnly: true, .hit, checkedAt: sighting.at)
            }
            if let answer = CachedManifest(sighting.head, until: clock.now()) { return answer }
        }
        let fetch = try await manifestWork.value(for: key, within: limit, clock: sleeper) { try await self.fetch(key) }
        guard let fetched = fetch else { return nil }
        return try await held(
            fetched.digest, for: key, headOnly: headOnly, fetched.wasHeld ? .hit : .miss, checkedAt: fetched.at)
    }

    /// The answer from the store to what was just asked of the upstream.
    private func held(
        _ digest: Digest, for key: ManifestKey, headOnly: Bool, _ outcome: Outcome, checkedAt: Timestamp
    ) async throws -> CachedManifest? {
        let until = key.tag.map { _ in freshness(of: key.repository).end(checkedAt: checkedAt) }
        return try await held(digest, in: key.repository, headOnly: headOnly, outcome, until: until)
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
            freshUntil: until)
    }

    private func freshness(of repository: Repository) -> Freshness {
        guard case .upstream(let host) = repository.origin else { return Freshness(limit: .zero) }
        return policy.freshness[host] ?? Freshness(limit: .zero)
    }
}
