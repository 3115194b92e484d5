import Catalog
import OCI
import Synchronization

/// Where upstreams said tags point, for manifests that are not held yet.
///
/// Docker and containerd resolve a tag by `HEAD` and then fetch by digest; without this the cache would hold the image and
/// not know its tag. Bounded; what is forgotten is asked again.
final class ResolvedTags: Sendable {
    private struct Key: Hashable {
        let digest: Digest
        let repository: Repository
    }

    private static let limit = 10_000
    private let pending = Mutex<[Key: [Tag: Timestamp]]>([:])

    /// Notes that `tag` pointed at `digest` at that time.
    func note(_ tag: Tag, at digest: Digest, in repository: Repository, checkedAt: Timestamp) {
        pending.withLock { pending in
            if pending.count >= Self.limit { pending.removeAll() }
            pending[Key(digest: digest, repository: repository), default: [:]][tag] = checkedAt
        }
    }

    /// The tags noted for a manifest that is held now; they are forgotten here.
    func take(_ digest: Digest, in repository: Repository) -> [Tag: Timestamp] {
        pending.withLock { $0.removeValue(forKey: Key(digest: digest, repository: repository)) } ?? [:]
    }
}
