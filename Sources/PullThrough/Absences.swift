import Catalog
import OCI
import Synchronization

/// What upstreams lately said they do not have, so that it is not asked again for a while. Bounded.
final class Absences: Sendable {
    enum Subject: Hashable, Sendable {
        case manifest(ManifestReference, Repository)
        case blob(Digest, Repository)
    }

    /// How long an absence is believed.
    static let lifetime = Freshness(limit: .seconds(30))
    private static let limit = 10_000

    private let clock: WallClock
    private let seen = Mutex<[Subject: (error: UpstreamAbsence, at: Timestamp)]>([:])

    init(clock: WallClock) { self.clock = clock }

    /// What was remembered of `subject`, if it is still believed.
    func remembered(_ subject: Subject) -> UpstreamAbsence? {
        let now = clock.now()
        return seen.withLock { seen in
            guard let entry = seen[subject] else { return nil }
            if Self.lifetime.isFresh(checkedAt: entry.at, now: now) { return entry.error }
            seen[subject] = nil
            return nil
        }
    }

    /// Remembers that `subject` is not there.
    func remember(_ subject: Subject, _ error: UpstreamAbsence) {
        let now = clock.now()
        seen.withLock { seen in
            if seen.count >= Self.limit {
                seen = seen.filter { Self.lifetime.isFresh(checkedAt: $0.value.at, now: now) }
                if seen.count >= Self.limit { seen.removeAll() }
            }
            seen[subject] = (error, now)
        }
    }

    /// Forgets an absence: the subject turned up.
    func forget(_ subject: Subject) {
        seen.withLock { $0[subject] = nil }
    }
}
