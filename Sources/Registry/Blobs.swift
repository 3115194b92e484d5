package import BlobStore
package import Catalog
package import Logging
package import OCI

/// The blobs that repositories hold.
package struct Blobs: Sendable {
    private let blobs: any BlobStorage
    private let catalog: any CatalogStorage
    private let logger: Logger

    /// The blobs in `blobs`, by the repositories in `catalog`.
    package init(blobs: any BlobStorage, catalog: any CatalogStorage, logger: Logger) {
        self.blobs = blobs
        self.catalog = catalog
        self.logger = logger
    }

    /// Opens a blob of `repository`, nil when the repository does not hold it, whoever else does.
    ///
    /// - Throws: `StorageError`, `CatalogError`.
    package func open(_ digest: Digest, in repository: Repository) async throws -> BlobReader? {
        guard try await catalog.size(of: digest, in: repository) != nil else { return nil }
        guard let reader = try await blobs.open(digest) else {
            logger.error(
                "a blob of the catalog is missing in the store: push or pull it again",
                metadata: ["repository": "\(repository)", "digest": "\(digest)"])
            return nil
        }
        return reader
    }

    /// Takes a blob from `repository`. Its bytes stay until nothing refers to them and they are collected.
    ///
    /// - Throws: `BLOB_UNKNOWN` when the repository does not hold it; `CatalogError`.
    package func delete(_ digest: Digest, in repository: Repository) async throws {
        guard try await catalog.unlink(digest, from: repository) else {
            throw RegistryError.blobUnknown(digest, in: repository)
        }
    }
}
