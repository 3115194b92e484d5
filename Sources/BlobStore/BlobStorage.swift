package import OCI

/// Bytes by digest: the edge behind which a file system sits.
package typealias BlobStorage = BlobReading & BlobWriting & BlobHousekeeping

/// Reading what is stored.
package protocol BlobReading: Sendable {
    /// Opens a blob, nil when it is not stored. What is visible here was verified against its digest.
    ///
    /// - Throws: ``StorageError``.
    func open(_ digest: Digest) async throws -> BlobReader?
}

/// Bringing blobs in.
package protocol BlobWriting: Sendable {
    /// Where tasks that append to partial blobs run.
    var executor: IOExecutor { get }

    /// Begins an empty partial blob. `id` is a name of at most 128 letters, digits and dashes.
    ///
    /// - Throws: ``StorageError``; of kind `inUse` when there is a partial blob of that name.
    func begin(_ id: String) async throws -> PartialBlob

    /// Opens a partial blob that an earlier process left, nil when there is none. It ends where that process's last
    /// complete append ended, or up to a few bytes later. One that this process has open is given as it is.
    ///
    /// - Throws: ``StorageError``.
    func resume(_ id: String) async throws -> PartialBlob?

    /// Verifies a partial blob against `digest` and makes it visible; its readers go on undisturbed. It takes no more
    /// bytes then.
    ///
    /// - Throws: ``StorageError``; of kind `digestMismatch` when the bytes are others, `sizeMismatch` when they are more or
    ///   fewer than it was told to expect: the partial blob is unchanged then. `abandoned` when it was ended before.
    func commit(_ partial: PartialBlob, as digest: Digest, durability: Durability) async throws

    /// Ends a partial blob and removes its bytes. Readers that follow it are told `error`. Nothing happens when it was
    /// committed or discarded before.
    func discard(_ partial: PartialBlob, because error: StorageError) async
}

/// Keeping the store in order.
package protocol BlobHousekeeping: Sendable {
    /// Removes a blob; false when it was not there. Readers that have it open read on.
    ///
    /// - Throws: ``StorageError``.
    func remove(_ digest: Digest) async throws -> Bool

    /// All blobs, in no particular order.
    ///
    /// - Throws: ``StorageError``.
    func digests() async throws -> [Digest]

    /// Removes the partial files that no one has open, are not in `kept`, and were last written to before `age` ago.
    ///
    /// - Throws: ``StorageError``.
    func discardPartials(keeping kept: Set<String>, olderThan age: Duration) async throws

    /// Makes blobs committed with ``Durability/deferred`` survive a crash of the machine.
    ///
    /// - Throws: ``StorageError``.
    func syncDeferred() async throws
}
