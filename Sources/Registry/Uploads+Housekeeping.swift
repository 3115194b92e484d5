import BlobStore
import Catalog
package import OCI
import Synchronization

// Clearing what pushes left behind.

extension Uploads {
    /// Brings sessions and partial files together after a restart: sessions without a file are ended, files without a
    /// session removed. To be called once, before the first request.
    package func reconcile() async throws {
        var kept: Set<String> = []
        for record in try await catalog.uploads() {
            if Self.isIdentifier(record.id), try await blobs.resume(record.id) != nil {
                kept.insert(record.id)
            } else {
                try await catalog.endUpload(record.id)
            }
        }
        try await blobs.discardPartials(keeping: kept, olderThan: .zero)
    }

    /// Ends the sessions that no one has written to for longer than `age`, counted from this process's start at the
    /// earliest. A day is enough for any client that means to come back, and little enough for the disk.
    ///
    /// Where more sessions are idle than are kept at hand, one that was let go counts from its beginning.
    ///
    /// - Returns: the sessions that were ended.
    package func expire(olderThan age: Duration = .seconds(24 * 3600)) async throws -> [String] {
        var ended: [String] = []
        for record in try await catalog.uploads() where isIdle(record, longerThan: age) {
            guard sessions.withLock({ $0.claim(record.id) }) else { continue }
            defer {
                let now = clock.now()
                sessions.withLock { $0.release(record.id, at: now) }
            }
            // Someone may have come and gone between the look and the claim.
            guard isIdle(record, longerThan: age) else { continue }
            let known = sessions.withLock { $0.find(record.id) }
            let content = if let known { known.content } else { try await content(onDisk: record.id) }
            try await end(record.id, content)
            ended.append(record.id)
        }
        return ended
    }

    /// Gives up the names that a push began to claim and never finished: those that never held a manifest, have no
    /// sessions, and saw no push for longer than `age`, counted from this process's start at the earliest.
    ///
    /// - Returns: the names released.
    package func releaseStaleClaims(olderThan age: Duration = .seconds(3600)) async throws -> [RepositoryName] {
        let now = clock.now()
        let active = activity.withLock { activity in
            activity = activity.filter { now.since($0.value) <= age }
            return activity
        }
        let uploading = Set(try await catalog.uploads().map(\.repository))
        var released: [RepositoryName] = []
        for (name, since) in try await catalog.claimedNames() {
            guard !uploading.contains(.local(name)), active[name] == nil, now.since(max(since, openedAt)) > age else {
                continue
            }
            if try await catalog.releaseClaim(name) { released.append(name) }
        }
        return released
    }

    private func isIdle(_ record: UploadRecord, longerThan age: Duration) -> Bool {
        let lastUse = sessions.withLock { $0.lastUse(of: record.id) } ?? record.startedAt
        return clock.now().since(max(lastUse, record.startedAt, openedAt)) > age
    }

    private func content(onDisk id: String) async throws -> SessionTable.Content {
        guard Self.isIdentifier(id), let partial = try await blobs.resume(id) else { return .lost }
        return .open(partial)
    }
}
