import BlobStore
import Catalog
import FoundationEssentials
import Logging
import OCI
import Synchronization

@testable import Registry

/// A registry of a test's own: the use cases over a store and a catalog, with a clock that the test turns.
///
/// The store is in a folder that goes with this object; ``restarted()`` opens it anew, as a later process would.
final class TestRegistry: Sendable {
    let blobStore: any BlobStorage
    let catalog: any CatalogStorage
    let clock: TestClock
    let uploads: Uploads
    let manifests: Manifests
    let blobs: Blobs
    let log: RecordedLog

    init(
        blobs: any BlobStorage, catalog: any CatalogStorage, clock: TestClock = TestClock(), idleLimit: Int = 1000
    ) {
        let log = RecordedLog()
        self.blobStore = blobs
        self.catalog = catalog
        self.clock = clock
        self.log = log
        self.uploads = Uploads(blobs: blobs, catalog: catalog, clock: clock.wall, idleLimit: idleLimit)
        self.manifests = Manifests(blobs: blobs, catalog: catalog, clock: clock.wall, logger: log.logger)
        self.blobs = Blobs(blobs: blobs, catalog: catalog, logger: log.logger)
    }

    /// A registry over memory and an SQLite database in memory.
    static func inMemory(idleLimit: Int = 1000) throws -> TestRegistry {
        TestRegistry(
            blobs: MemoryBlobStore(executor: IOExecutor(threads: 2)), catalog: try SQLiteCatalog.inMemory(),
            idleLimit: idleLimit)
    }

    /// Pushes `bytes` as a blob of `repository`.
    func push(_ bytes: [UInt8], to repository: Repository) async throws -> Digest {
        let digest = Digest(of: bytes)
        let upload = try await uploads.begin(in: repository)
        _ = try await uploads.append(bytes, to: upload.id, in: repository)
        _ = try await uploads.finish(upload.id, in: repository, as: digest)
        return digest
    }

    /// The bytes of a blob as `repository` serves them.
    func read(_ digest: Digest, in repository: Repository) async throws -> [UInt8]? {
        guard let reader = try await blobs.open(digest, in: repository) else { return nil }
        return try reader.read(at: 0, count: reader.size)
    }
}

extension Uploads {
    func append(_ bytes: [UInt8], to id: String, in repository: Repository, at offset: Int? = nil) async throws -> Int {
        try await append(to: id, in: repository, at: offset) { partial in
            try bytes.withUnsafeBytes { try partial.append($0) }
        }
    }
}

/// A wall clock that stands still until it is turned.
final class TestClock: Sendable {
    private let time = Mutex(Timestamp(milliseconds: 1_800_000_000_000))

    var wall: WallClock { WallClock { self.time.withLock { $0 } } }

    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
}

/// What was logged.
final class RecordedLog: Sendable {
    private let lines = Mutex<[(level: Logger.Level, message: String)]>([])

    var errors: [String] { lines.withLock { $0.filter { $0.level == .error }.map(\.message) } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.lines.withLock { $0.append((event.level, "\(event.message)")) }
        }
    }
}

/// A store's folder, removed with this object.
final class StoreFolder: Sendable {
    let layout: StoreLayout

    init() {
        let parent = FileManager.default.temporaryDirectory.path
        layout = StoreLayout(root: "\(parent)/roost-registry-\(UUID().uuidString)")
    }

    deinit { try? FileManager.default.removeItem(atPath: layout.root) }

    /// Opens what is there, as a process that starts.
    func open(clock: TestClock = TestClock()) throws -> TestRegistry {
        let blobs = try FileBlobStore(layout, executor: IOExecutor(threads: 2))
        return TestRegistry(blobs: blobs, catalog: try SQLiteCatalog(path: layout.catalog), clock: clock)
    }

    /// The names of the partial files.
    func partials() throws -> [String] { try names(in: "partial") }

    /// The marks of blobs that may not be on the disk yet.
    func unsynced() throws -> [String] { try names(in: "unsynced") }

    private func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(layout.root)/\(folder)").sorted()
    }
}

/// The local repository `name`.
func local(_ name: String) throws -> Repository { .local(try RepositoryName(name)) }

/// What an image manifest says of its parts.
func imageManifest(
    config: [UInt8], layers: [[UInt8]], subject: Digest? = nil, artifactType: String? = nil,
    annotations: [String: String] = [:]
) -> [UInt8] {
    func descriptor(_ type: String, _ bytes: [UInt8]) -> String {
        #"{"mediaType":"\#(type)","digest":"\#(Digest(of: bytes))","size":\#(bytes.count)}"#
    }
    var fields = [
        #""schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)""#,
        #""config":\#(descriptor("application/vnd.oci.image.config.v1+json", config))"#,
        #""layers":[\#(layers.map { descriptor("\(MediaType.ociLayerGzip)", $0) }.joined(separator: ","))]"#,
    ]
    if let subject {
        fields.append(#""subject":{"mediaType":"\#(MediaType.ociManifest)","digest":"\#(subject)","size":7}"#)
    }
    if let artifactType { fields.append(#""artifactType":"\#(artifactType)""#) }
    if !annotations.isEmpty {
        let pairs = annotations.sorted { $0.key < $1.key }.map { #""\#($0.key)":"\#($0.value)""# }
        fields.append(#""annotations":{\#(pairs.joined(separator: ","))}"#)
    }
    return Array("{\(fields.joined(separator: ","))}".utf8)
}

/// An index of manifests that need not exist.
func indexManifest(of digests: [Digest]) -> [UInt8] {
    let entries = digests.map { #"{"mediaType":"\#(MediaType.ociManifest)","digest":"\#($0)","size":7}"# }
    return Array(
        #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entries.joined(separator: ","))]}"#
            .utf8)
}

/// The code of the `RegistryError` that `body` throws; nil when it throws none.
func code(_ body: () async throws -> some Any) async throws -> RegistryError.Code? {
    do {
        _ = try await body()
        return nil
    } catch let error as RegistryError {
        return error.code
    }
}
