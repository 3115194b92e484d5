import BlobStore
import Catalog
import OCI

/// The upload sessions that this process has at hand, and which of them are being written.
///
/// A value without I/O: ``Uploads`` keeps one behind a lock. Sessions that are not in it are found through the catalog
/// and resumed from the disk; those that were idle longest are let go when there are more than the limit, so that
/// clients that begin uploads and leave cannot use up the file descriptors.
struct SessionTable {
    /// What became of a session's bytes.
    enum Content: Sendable {
        /// They can be appended to.
        case open(PartialBlob)
        /// They are in the store under this digest, but the catalog may not know it yet.
        case committed(Digest, size: Int)
        /// The partial file is gone: an earlier process committed or discarded it.
        case lost
    }

    struct Session: Sendable {
        let repository: Repository
        var content: Content
    }

    private struct Entry {
        var session: Session
        var lastUse: Timestamp
        var turn: UInt64
    }

    private let idleLimit: Int
    private var entries: [String: Entry] = [:]
    private var writers: Set<String> = []
    private var turn: UInt64 = 0

    /// An empty table that keeps at most `idleLimit` sessions that no one writes to.
    init(idleLimit: Int) { self.idleLimit = idleLimit }

    /// How many sessions are at hand.
    var count: Int { entries.count }

    /// The session `id`, if it is at hand.
    func find(_ id: String) -> Session? { entries[id]?.session }

    /// When the session was last written to, if it is at hand.
    func lastUse(of id: String) -> Timestamp? { entries[id]?.lastUse }

    /// Makes the caller the session's only writer, until ``release(_:at:)``.
    ///
    /// - Returns: false when there is one.
    mutating func claim(_ id: String) -> Bool { writers.insert(id).inserted }

    /// Ends what ``claim(_:)`` began.
    mutating func release(_ id: String, at now: Timestamp) {
        writers.remove(id)
        touch(id, at: now)
        letGo()
    }

    /// Puts the session at hand.
    mutating func keep(_ id: String, _ session: Session, at now: Timestamp) {
        entries[id] = Entry(session: session, lastUse: now, turn: turn)
        touch(id, at: now)
        letGo()
    }

    /// Lets go of a session, which ended or is to be resumed from the disk.
    mutating func forget(_ id: String) { entries[id] = nil }

    private mutating func touch(_ id: String, at now: Timestamp) {
        turn += 1
        entries[id]?.turn = turn
        entries[id]?.lastUse = now
    }

    private mutating func letGo() {
        guard entries.count > idleLimit else { return }
        let idle = entries.filter { !writers.contains($0.key) }.sorted { $0.value.turn < $1.value.turn }
        for (id, _) in idle.prefix(max(0, idle.count - idleLimit)) { entries[id] = nil }
    }
}
