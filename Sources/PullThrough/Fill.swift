import BlobStore
import Catalog
import Logging
import OCI
import Upstream

/// One running download of one blob into the store. It belongs to no client; any number of readers follow it.
final class Fill: Sendable {
    let digest: Digest
    let repository: Repository
    private let client: RegistryClient
    private let blobs: any BlobStorage
    private let catalog: any CatalogStorage
    private let clock: WallClock
    private let sleeper: any Clock<Duration>
    private let logger: Logger
    private let head = OneShot<BlobReader>()

    init(
        _ digest: Digest, in repository: Repository, from client: RegistryClient, blobs: any BlobStorage,
        catalog: any CatalogStorage, clock: WallClock, sleeper: any Clock<Duration>, logger: Logger
    ) {
        self.digest = digest
        self.repository = repository
        self.client = client
        self.blobs = blobs
        self.catalog = catalog
        self.clock = clock
        self.sleeper = sleeper
        self.logger = logger
    }

    /// The blob to follow, as soon as the upstream's head tells its size.
    ///
    /// - Throws: ``UpstreamError`` or ``StorageError`` when the fill failed before.
    func reader() async throws -> BlobReader { try await head.value() }

    /// Ends a fill that will never run.
    func abandon() { head.resolve(.failure(CancellationError())) }

    /// Downloads, verifies, commits and catalogs the blob. Never throws: who follows learns of failures.
    ///
    /// - Parameter leave: called once no one new may join: when the blob is held, and before followers learn that it
    ///   failed, so that the next request starts anew.
    func run(_ leave: () -> Void) async {
        do {
            if let reader = try await heldMeanwhile() {
                leave()
                head.resolve(.success(reader))
                return
            }
            let partial = try await blobs.begin("fill-\(digest.hex.prefix(12))-\(UInt64.random(in: 0 ... .max))")
            do {
                try await blobs.executor.run { () async throws in try await self.download(into: partial) }
                try await blobs.commit(partial, as: digest, durability: .deferred)
                try await catalog.link(digest, size: partial.size, to: repository, at: clock.now())
                leave()
                head.resolve(.success(partial.reader(size: partial.size)))
            } catch {
                leave()
                logger.warning(
                    "a fill failed",
                    metadata: ["repository": "\(repository)", "digest": "\(digest)", "error": "\(error)"])
                head.resolve(.failure(told(error)))
                await blobs.discard(partial, because: StorageError(.abandoned, "the download failed: \(error)"))
            }
        } catch {
            leave()
            logger.error("a fill could not begin", metadata: ["digest": "\(digest)", "error": "\(error)"])
            head.resolve(.failure(error))
        }
    }

    /// The error as its followers are told it: bytes that are not the digest's are the upstream's fault, not theirs.
    private func told(_ error: any Error) -> any Error {
        guard let error = error as? StorageError, error.kind == .digestMismatch else { return error }
        return UpstreamError.corrupt("\(repository) sent other content than \(digest): \(error.message)")
    }

    /// The blob, when an earlier fill ended between the moment a request saw that it was not held and its joining this
    /// one.
    private func heldMeanwhile() async throws -> BlobReader? {
        guard try await catalog.size(of: digest, in: repository) != nil else { return nil }
        return try await blobs.open(digest)
    }

    private func download(into partial: PartialBlob) async throws {
        var retry = FillRetry()
        var announced: Int?
        while true {
            do {
                let total = try await attempt(into: partial, announced: &announced)
                if partial.size == total { return }
                throw UpstreamError.unavailable("the download ended after \(partial.size) of \(total) bytes")
            } catch let error as UpstreamError where error.isInconclusive {
                guard case .retry(let delay) = retry.broke(at: partial.size, by: error) else { throw error }
                logger.info(
                    "a fill broke off and is resumed",
                    metadata: ["digest": "\(digest)", "at": "\(partial.size)", "error": "\(error)"])
                if delay > .zero { try await sleeper.sleep(for: delay) }
            }
        }
    }

    /// Asks for what is missing and appends what comes.
    ///
    /// - Parameter announced: the size that the upstream stated, which readers rely on from then on.
    /// - Returns: the size of the whole blob.
    private func attempt(into partial: PartialBlob, announced: inout Int?) async throws -> Int {
        let download = try await client.download(digest, of: repository.name, from: partial.size)
        guard let total = announced ?? download.totalSize else {
            return try await attemptOfUnknownSize(download, into: partial)
        }
        guard download.totalSize ?? total == total, total >= partial.size else {
            throw UpstreamError.corrupt("\(repository) changes its mind about the size of \(digest)")
        }
        announced = total
        partial.expect(size: total)
        // Of a blob without bytes none can be withheld until it proved right: its readers wait for the end.
        if total > 0 { head.resolve(.success(partial.reader(size: total))) }
        try await append(download, to: partial, limit: total)
        return total
    }

    /// A server that does not say how much it sends: readers must wait for the end, since their answer's head needs it.
    private func attemptOfUnknownSize(_ download: BlobDownload, into partial: PartialBlob) async throws -> Int {
        try await append(download, to: partial, limit: Self.maximumUnstatedSize)
        return partial.size
    }

    /// The most that is taken of a blob whose size nobody states.
    private static let maximumUnstatedSize = 1 << 30

    private func append(_ download: BlobDownload, to partial: PartialBlob, limit: Int) async throws {
        var position = download.start
        try await download.forEach { bytes in
            // A server that ignores ranges sends the beginning again.
            let known = min(max(0, partial.size - position), bytes.count)
            position += bytes.count
            guard position <= limit else {
                throw UpstreamError.corrupt(
                    "\(repository) sent more than \(limit) bytes for \(digest)")
            }
            if known < bytes.count { try partial.append(UnsafeRawBufferPointer(rebasing: bytes[known...])) }
        }
    }
}
