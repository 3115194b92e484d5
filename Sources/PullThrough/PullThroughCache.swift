package import BlobStore
package import Catalog
package import Logging
package import OCI
package import Upstream

/// The cache in front of other registries: decides what is fresh, fetches what is missing, and answers from the store
/// when an upstream cannot be asked.
package final class PullThroughCache: Sendable {
    /// What decides and waits.
    package struct Policy: Sendable {
        /// How long a cached tag of an upstream is served unasked.
        package var freshness: [UpstreamHost: Freshness]
        /// How long a request waits for an upstream when there is something cached to answer with.
        package var wait: Duration = .seconds(3)

        /// A policy with the default wait.
        package init(freshness: [UpstreamHost: Freshness]) { self.freshness = freshness }
    }

    /// Which bare names live here.
    package let ownership: Ownership
    /// Which repository a name means.
    package let router: Router
    /// Where fills and revalidations run; the server runs it beside itself.
    package let background: BackgroundTasks

    let blobs: any BlobStorage
    let catalog: any CatalogStorage
    let clients: [UpstreamHost: RegistryClient]
    let policy: Policy
    let clock: WallClock
    let sleeper: any Clock<Duration>
    let logger: Logger
    let absences: Absences
    let resolved = ResolvedTags()
    let fills: Fills
    let manifestWork: SharedWork<ManifestKey, FetchedManifest>
    let headWork: SharedWork<ManifestKey, Sighting>
    let sizeWork: SharedWork<BlobKey, Int?>

    struct ManifestKey: Hashable, Sendable {
        let reference: ManifestReference
        let repository: Repository

        /// The tag that is asked for, if it is not a digest.
        var tag: Tag? { if case .tag(let tag) = reference { tag } else { nil } }
    }

    struct BlobKey: Hashable, Sendable {
        let digest: Digest
        let repository: Repository
    }

    /// A cache over `blobs` and `catalog` in front of `clients`.
    ///
    /// - Parameters:
    ///   - clock: what freshness is measured with.
    ///   - sleeper: what waits are measured with.
    package init(
        router: Router, clients: [RegistryClient], policy: Policy, blobs: any BlobStorage, catalog: any CatalogStorage,
        clock: WallClock, sleeper: any Clock<Duration>, logger: Logger
    ) {
        let background = BackgroundTasks()
        self.router = router
        self.clients = Dictionary(clients.map { ($0.configuration.host, $0) }, uniquingKeysWith: { first, _ in first })
        self.policy = policy
        self.blobs = blobs
        self.catalog = catalog
        self.clock = clock
        self.sleeper = sleeper
        self.logger = logger
        self.background = background
        self.absences = Absences(clock: clock)
        self.fills = Fills(in: background)
        self.manifestWork = SharedWork(in: background)
        self.headWork = SharedWork(in: background)
        self.sizeWork = SharedWork(in: background)
        self.ownership = Ownership(
            router: router, clients: self.clients, catalog: catalog, wait: policy.wait, sleeper: sleeper,
            background: background, logger: logger)
    }

    /// The repository that a request is about; nil when `namespace` is no configured upstream.
    package func route(_ name: RepositoryName, namespace: String?) -> Repository? {
        router.route(name, namespace: namespace, isOwned: ownership.contains)
    }

    /// The origins that content is cached from, in the order of their names.
    package var origins: [Origin] { clients.keys.sorted().map { .upstream($0) } }

    /// The client for `repository`.
    ///
    /// - Throws: ``RegistryError`` when it is not one of an upstream.
    func client(for repository: Repository) throws -> RegistryClient {
        guard case .upstream(let host) = repository.origin, let client = clients[host] else {
            throw RegistryError.nameUnknown(repository)
        }
        return client
    }

    /// Runs what asks the upstream about `subject`, remembering that it is not there, and turning errors into what
    /// clients are told.
    func asking<Value: Sendable>(
        about subject: Absences.Subject, in repository: Repository, absent: RegistryError,
        _ ask: () async throws -> Value
    ) async throws -> Value {
        if let absence = absences.remembered(subject) { throw absence.registryError(absent, in: repository) }
        do {
            let value = try await ask()
            absences.forget(subject)
            return value
        } catch let error as UpstreamError {
            if let absence = UpstreamAbsence(error) {
                absences.remember(subject, absence)
                throw absence.registryError(absent, in: repository)
            }
            throw RegistryError(error, of: repository)
        }
    }
}
