package import BlobStore
package import Catalog
import FoundationEssentials
package import OCI
import Synchronization

/// Pushing blobs: upload sessions and cross-repository mounts.
///
/// Follows "Pushing blobs" of the distribution specification. A session is a row of the catalog and a partial file of
/// the blob store, and so survives a restart. ``finish(_:in:as:)`` makes three durable steps in this order: the bytes
/// are committed, the repository is linked to them, the session is removed. Whatever the moment of a crash, what was
/// acknowledged is there; the rest can be resumed or is cleared by ``reconcile()``.
///
/// What clients did wrong is a `RegistryError`; `StorageError` and `CatalogError` pass through.
package final class Uploads: Sendable {
    let blobs: any BlobStorage
    let catalog: any CatalogStorage
    let clock: WallClock
    /// When this process began; what lay idle meanwhile is given its full time again.
    let openedAt: Timestamp
    let sessions: Mutex<SessionTable>
    /// When a blob was last pushed to a name, so that a slow push does not lose its claim between two requests.
    let activity = Mutex<[RepositoryName: Timestamp]>([:])
    private let makeID: @Sendable () -> String

    /// The uploads into `blobs` and `catalog`.
    ///
    /// - Parameters:
    ///   - idleLimit: how many sessions that no one writes to keep their files open.
    ///   - makeID: makes a UUID in lowercase that no session had before.
    package init(
        blobs: any BlobStorage, catalog: any CatalogStorage, clock: WallClock, idleLimit: Int = 1000,
        makeID: @escaping @Sendable () -> String = { UUID().uuidString.lowercased() }
    ) {
        self.blobs = blobs
        self.catalog = catalog
        self.clock = clock
        self.openedAt = clock.now()
        self.sessions = Mutex(SessionTable(idleLimit: idleLimit))
        self.makeID = makeID
    }

    /// Begins a session for a blob of `repository`, which comes to be if it does not exist.
    package func begin(in repository: Repository) async throws -> UploadRecord {
        let record = UploadRecord(id: makeID(), repository: repository, startedAt: clock.now())
        // The file comes first: a failure before the row leaves no claim on the name behind.
        let partial = try await blobs.begin(record.id)
        do {
            try await catalog.beginUpload(record)
        } catch {
            await blobs.discard(partial, because: .uploadEnded)
            throw error
        }
        noteActivity(in: repository)
        keep(record.id, SessionTable.Session(repository: repository, content: .open(partial)))
        return record
    }

    /// How many bytes the session `id` holds.
    ///
    /// - Throws: `BLOB_UPLOAD_UNKNOWN` when `repository` has no such session.
    package func offset(of id: String, in repository: Repository) async throws -> Int {
        switch try await session(id, in: repository).content {
        case .open(let partial): return partial.size
        case .committed(_, let size): return size
        case .lost: throw RegistryError.uploadUnknown(id)
        }
    }

    /// Appends to the session `id` what `write` appends to its partial blob.
    ///
    /// What was appended before `write` threw stays, so that the client can go on from ``offset(of:in:)``.
    ///
    /// - Parameters:
    ///   - offset: where the client believes that the session ends, when it says so.
    ///   - write: appends; runs on the blob store's executor and may block there for the disk.
    /// - Returns: how many bytes the session holds now.
    /// - Throws: `RANGE_INVALID` when the session ends elsewhere than at `offset`, nothing is written then;
    ///   `BLOB_UPLOAD_INVALID` when another request is writing to it; `BLOB_UPLOAD_UNKNOWN`; what `write` throws. When
    ///   the disk is full the session is ended and its bytes are given back.
    package func append(
        to id: String, in repository: Repository, at offset: Int? = nil,
        _ write: @Sendable (PartialBlob) async throws -> Void
    ) async throws -> Int {
        try await writing(id, in: repository) { session in
            guard case .open(let partial) = session.content else { throw RegistryError.uploadUnknown(id) }
            if let offset, offset != partial.size {
                throw RegistryError(
                    .rangeInvalid,
                    "the upload holds \(partial.size) bytes: send what follows from there, not from \(offset)")
            }
            keep(id, session)
            do {
                try await blobs.executor.run { try await write(partial) }
            } catch let error as StorageError where error.kind == .noSpace {
                // Its bytes are what fills the disk: kept for a resumption, they would fail everyone else too.
                try await end(id, session.content)
                throw error
            }
            return partial.size
        }
    }

    /// Ends the session `id` without a blob.
    ///
    /// - Throws: `BLOB_UPLOAD_INVALID` when another request is writing to it; `BLOB_UPLOAD_UNKNOWN`.
    package func cancel(_ id: String, in repository: Repository) async throws {
        try await writing(id, in: repository) { session in
            try await end(id, session.content)
        }
    }

    func keep(_ id: String, _ session: SessionTable.Session) {
        let now = clock.now()
        sessions.withLock { $0.keep(id, session, at: now) }
    }

    func noteActivity(in repository: Repository) {
        guard repository.origin == .local else { return }
        let now = clock.now()
        activity.withLock { $0[repository.name] = now }
    }

    /// Removes a session's bytes, then the session.
    func end(_ id: String, _ content: SessionTable.Content) async throws {
        sessions.withLock { $0.forget(id) }
        if case .open(let partial) = content { await blobs.discard(partial, because: .uploadEnded) }
        try await catalog.endUpload(id)
    }

    /// Runs `body` as the only writer of the session `id`.
    func writing<Value: Sendable>(
        _ id: String, in repository: Repository, _ body: (SessionTable.Session) async throws -> Value
    ) async throws -> Value {
        guard Self.isIdentifier(id) else { throw RegistryError.uploadUnknown(id) }
        guard sessions.withLock({ $0.claim(id) }) else {
            throw RegistryError(.blobUploadInvalid, "another request is writing to this upload: wait for it to end")
        }
        defer {
            let now = clock.now()
            sessions.withLock { $0.release(id, at: now) }
        }
        return try await body(try await session(id, in: repository))
    }

    private func session(_ id: String, in repository: Repository) async throws -> SessionTable.Session {
        guard Self.isIdentifier(id) else { throw RegistryError.uploadUnknown(id) }
        if let known = sessions.withLock({ $0.find(id) }) {
            guard known.repository == repository else { throw RegistryError.uploadUnknown(id) }
            return known
        }
        guard let record = try await catalog.upload(id), record.repository == repository else {
            throw RegistryError.uploadUnknown(id)
        }
        let partial = try await blobs.resume(id)
        return SessionTable.Session(repository: repository, content: partial.map { .open($0) } ?? .lost)
    }

    /// Whether `id` is a UUID in lowercase. Identifiers come from clients and become names of files.
    static func isIdentifier(_ id: String) -> Bool {
        let dashes: Set = [8, 13, 18, 23]
        return id.utf8.count == 36
            && id.utf8.enumerated().allSatisfy { position, byte in
                switch byte {
                case UInt8(ascii: "-"): dashes.contains(position)
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"):
                    !dashes.contains(position)
                default: false
                }
            }
    }
}

extension RegistryError {
    static func uploadUnknown(_ id: String) -> RegistryError {
        RegistryError(.blobUploadUnknown, "there is no upload '\(id.prefix(40))' here: begin a new one")
    }
}

extension StorageError {
    static let uploadEnded = StorageError(.abandoned, "the upload was ended without a blob")
}
