import BlobStore
import Catalog
package import OCI
import Synchronization

// The ways in which an upload becomes a blob of a repository.

extension Uploads {
    /// Makes the bytes of the session `id` a blob of `repository`. When this returns, that survives any crash.
    ///
    /// It may be asked again after a failure. When the bytes were committed and the failure came after, the same digest
    /// succeeds: in this process always, in a later one when `repository` already holds the blob. Otherwise the bytes
    /// belong to no repository, and `BLOB_UPLOAD_UNKNOWN` makes the client push anew.
    ///
    /// - Returns: the size of the blob.
    /// - Throws: `DIGEST_INVALID` when the bytes have another digest: nothing of them is kept, and the session is ended;
    ///   `BLOB_UPLOAD_INVALID` when another request is writing to it; `BLOB_UPLOAD_UNKNOWN`.
    package func finish(_ id: String, in repository: Repository, as digest: Digest) async throws -> Int {
        try await writing(id, in: repository) { session in
            let size = try await committedSize(of: session, id: id, as: digest)
            try await catalog.link(digest, size: size, to: repository, at: clock.now())
            try await catalog.endUpload(id)
            sessions.withLock { $0.forget(id) }
            noteActivity(in: repository)
            return size
        }
    }

    /// Makes a blob of `source` one of `target` without moving bytes.
    ///
    /// Whether the caller may read `source` is for the caller to decide first.
    ///
    /// - Returns: false when `source` does not hold it; the client uploads it then.
    package func mount(_ digest: Digest, from source: Repository, to target: Repository) async throws -> Bool {
        guard let size = try await catalog.size(of: digest, in: source), try await blobs.open(digest) != nil else {
            return false
        }
        // What was downloaded may not be on the disk yet, and what was pushed must be.
        if source.origin != .local { try await blobs.syncDeferred() }
        try await catalog.link(digest, size: size, to: target, at: clock.now())
        noteActivity(in: target)
        return true
    }

    /// Brings the session's bytes into the store, unless they are there.
    private func committedSize(of session: SessionTable.Session, id: String, as digest: Digest) async throws -> Int {
        switch session.content {
        case .open(let partial):
            try await commit(partial, of: session, as: digest)
            return partial.size
        case .committed(digest, let size):
            return size
        case .committed(let other, _):
            try await end(id, session.content)
            throw RegistryError.digestInvalid("the bytes have the digest \(other), not \(digest)")
        case .lost:
            guard let size = try await catalog.size(of: digest, in: session.repository),
                try await blobs.open(digest) != nil
            else { throw RegistryError.uploadUnknown(id) }
            return size
        }
    }

    private func commit(_ partial: PartialBlob, of session: SessionTable.Session, as digest: Digest) async throws {
        do {
            try await blobs.commit(partial, as: digest, durability: .immediate)
        } catch let error as StorageError where error.kind == .digestMismatch {
            try await end(partial.id, .open(partial))
            throw RegistryError.digestInvalid("\(error.message); nothing was kept, push the blob again")
        } catch {
            // How far the commit got is for the disk to say when the client comes again.
            sessions.withLock { $0.forget(partial.id) }
            throw error
        }
        keep(
            partial.id,
            SessionTable.Session(
                repository: session.repository, content: .committed(digest, size: partial.size)))
    }
}
