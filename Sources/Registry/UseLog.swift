package import Catalog
import Synchronization

/// Collects times of use in memory, so that a pull never writes to the catalog.
///
/// What was collected and not flushed is lost in a crash; times of use only guide eviction.
package final class UseLog: Sendable {
    private let catalog: any UseRecords
    private let limit: Int
    private let pending = Mutex<[Use.Subject: Timestamp]>([:])

    /// How many uses are written in one transaction, so that a full log does not hold up a push for a second.
    private static let batchSize = 5000

    /// An empty log that is flushed to `catalog` and holds at most `limit` subjects.
    package init(catalog: any UseRecords, limit: Int = 50_000) {
        self.catalog = catalog
        self.limit = limit
        pending.withLock { $0.reserveCapacity(min(limit, 1024)) }
    }

    /// How many subjects wait to be written.
    package var count: Int { pending.withLock { $0.count } }

    /// Notes that `subject` was used at `time`; the latest time wins. Cheap, from any thread.
    ///
    /// - Returns: false when the log is full, and a flush due: a subject that was not in it is not noted then.
    @discardableResult
    package func record(_ subject: Use.Subject, at time: Timestamp) -> Bool {
        pending.withLock { pending in
            if pending.count < limit {
                Self.raise(&pending[subject, default: time], to: time)
                return pending.count < limit
            }
            if let index = pending.index(forKey: subject) {
                Self.raise(&pending.values[index], to: time)
            }
            return false
        }
    }

    /// Writes what was noted to the catalog. What could not be written stays, beside what is noted meanwhile.
    ///
    /// - Throws: `CatalogError`.
    package func flush() async throws {
        var remaining = pending.withLock { pending in
            let taken = pending
            pending.removeAll(keepingCapacity: taken.count <= 1024)
            return taken
        }.map { Use($0.key, at: $0.value) }[...]
        do {
            while !remaining.isEmpty {
                try await catalog.record(Array(remaining.prefix(Self.batchSize)))
                remaining = remaining.dropFirst(Self.batchSize)
            }
        } catch {
            pending.withLock { pending in
                pending.merge(remaining.map { ($0.subject, $0.at) }, uniquingKeysWith: max)
            }
            throw error
        }
    }

    private static func raise(_ noted: inout Timestamp, to time: Timestamp) {
        if noted < time { noted = time }
    }
}
