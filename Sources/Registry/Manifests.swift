package import BlobStore
package import Catalog
import FoundationEssentials
package import Logging
package import OCI

/// The manifests and tags of repositories.
///
/// The bytes of a manifest are in the blob store under its digest; the catalog says which repositories hold it. What
/// clients did wrong is a `RegistryError`; `StorageError` and `CatalogError` pass through.
package struct Manifests: Sendable {
    let blobs: any BlobStorage
    let catalog: any CatalogStorage
    let clock: WallClock
    let logger: Logger

    /// The manifests in `blobs`, by the repositories in `catalog`.
    package init(blobs: any BlobStorage, catalog: any CatalogStorage, clock: WallClock, logger: Logger) {
        self.blobs = blobs
        self.catalog = catalog
        self.clock = clock
        self.logger = logger
    }

    /// Takes a manifest into `repository`, which becomes owned. When this returns, that survives any crash.
    ///
    /// Follows "Pushing Manifests" and "Pushing Manifests with Subject" of the distribution specification. The
    /// configuration and the layers must have been pushed. An index's manifests need not: the specification leaves that
    /// to registries, clients push them first where they mean to, and an index of which only some platforms were copied
    /// is normal here. Nor need the subject.
    ///
    /// - Parameters:
    ///   - contentType: the type it was sent with.
    ///   - reference: the tag to point at it, or the digest that it must have, in that digest's algorithm.
    /// - Returns: its digest, and its subject where it has one.
    /// - Throws: `MANIFEST_INVALID`, `SIZE_INVALID`; `DIGEST_INVALID` when `reference` is another digest;
    ///   `MANIFEST_BLOB_UNKNOWN` when `repository` lacks a blob.
    package func put(
        bytes: [UInt8], contentType: MediaType?, reference: ManifestReference, in repository: Repository
    ) async throws -> (digest: Digest, subject: Digest?) {
        let manifest: Manifest
        let tag: Tag?
        switch reference {
        case .tag(let name):
            manifest = try Manifest(bytes: bytes, contentType: contentType)
            tag = name
        case .digest(let digest):
            manifest = try Manifest(bytes: bytes, contentType: contentType, algorithm: digest.algorithm)
            tag = nil
            guard manifest.digest == digest else {
                throw RegistryError.digestInvalid("the manifest has the digest \(manifest.digest), not \(digest)")
            }
        }
        try await requireBlobs(of: manifest, in: repository)
        try await write(manifest, for: repository)
        try await catalog.store(
            ManifestRecord(manifest), references: ContentReference.all(of: manifest), tag: tag, in: repository,
            at: clock.now())
        return (manifest.digest, manifest.subject?.digest)
    }

    /// What `repository` holds under `reference`, nil when nothing.
    package func head(_ reference: ManifestReference, in repository: Repository) async throws -> ManifestRecord? {
        switch reference {
        case .digest(let digest):
            return try await catalog.manifest(digest, in: repository)
        case .tag(let tag):
            guard let target = try await catalog.tag(tag, in: repository) else { return nil }
            return try await catalog.manifest(target.digest, in: repository)
        }
    }

    /// The manifest that `repository` holds under `reference`, nil when there is none, or its bytes are gone, which is
    /// logged as an error.
    package func get(_ reference: ManifestReference, in repository: Repository) async throws -> StoredManifest? {
        guard let record = try await head(reference, in: repository) else { return nil }
        guard let reader = try await blobs.open(record.digest) else {
            logger.error(
                "a manifest of the catalog is missing in the store: push or pull it again",
                metadata: ["repository": "\(repository)", "digest": "\(record.digest)"])
            return nil
        }
        let bytes = try await blobs.executor.run { try reader.read(at: 0, count: reader.size) }
        return StoredManifest(record: record, bytes: bytes)
    }

    /// Removes a tag, or a manifest with all tags that point at it. A manifest's bytes stay until they are collected.
    ///
    /// - Throws: `MANIFEST_UNKNOWN` when `repository` has no such tag or manifest.
    package func delete(_ reference: ManifestReference, in repository: Repository) async throws {
        let wasThere =
            switch reference {
            case .tag(let tag): try await catalog.deleteTag(tag, in: repository)
            case .digest(let digest): try await catalog.deleteManifest(digest, in: repository)
            }
        guard wasThere else { throw RegistryError.manifestUnknown(reference, in: repository) }
    }

    private func requireBlobs(of manifest: Manifest, in repository: Repository) async throws {
        let wanted = manifest.blobs.map(\.digest)
        guard !wanted.isEmpty else { return }
        let missing = try await catalog.missing(wanted, in: repository).sorted()
        guard let first = missing.first else { return }
        let more = missing.count > 3 ? " and \(missing.count - 3) more" : ""
        let names = missing.count == 1 ? "\(first)" : missing.prefix(3).map(\.description).joined(separator: ", ")
        throw RegistryError(
            .manifestBlobUnknown, "\(repository) lacks what the manifest names: push \(names)\(more) first")
    }

    /// Makes the manifest's bytes durable. Bytes that are there may have been downloaded and not be on the disk yet;
    /// only a manifest that the repository itself holds is known to be.
    private func write(_ manifest: Manifest, for repository: Repository) async throws {
        if repository.origin == .local, try await catalog.manifest(manifest.digest, in: repository) != nil,
            try await blobs.open(manifest.digest) != nil
        {
            return
        }
        let partial = try await blobs.begin("manifest-\(UUID().uuidString.lowercased())")
        do {
            try await blobs.executor.run { try manifest.bytes.withUnsafeBytes { try partial.append($0) } }
            try await blobs.commit(partial, as: manifest.digest, durability: .immediate)
        } catch {
            await blobs.discard(partial, because: StorageError(.abandoned, "the manifest could not be stored"))
            throw error
        }
    }
}
