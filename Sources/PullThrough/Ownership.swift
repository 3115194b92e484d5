import Catalog
import Logging
package import OCI
import Synchronization
import Upstream

/// Which bare names live here, and who may begin to.
///
/// A name is owned from its first manifest on, and claimed while a first push is under way; both are local only, which is
/// what stops dependency confusion: an owned name is never looked for upstream.
package final class Ownership: Sendable {
    private let router: Router
    private let clients: [UpstreamHost: RegistryClient]
    private let catalog: any CatalogStorage
    private let wait: Duration
    private let sleeper: any Clock<Duration>
    private let logger: Logger
    private let lookups: SharedWork<RepositoryName, Bool>
    private let names = Mutex<Set<RepositoryName>>([])

    init(
        router: Router, clients: [UpstreamHost: RegistryClient], catalog: any CatalogStorage, wait: Duration,
        sleeper: any Clock<Duration>, background: BackgroundTasks, logger: Logger
    ) {
        self.router = router
        self.clients = clients
        self.catalog = catalog
        self.wait = wait
        self.sleeper = sleeper
        self.logger = logger
        self.lookups = SharedWork(in: background)
    }

    /// Reads from the catalog what is owned and claimed.
    package func load() async throws {
        let known = try await catalog.ownedNames() + catalog.claimedNames().map(\.name)
        names.withLock { $0.formUnion(known) }
    }

    /// Whether `name` lives here.
    package func contains(_ name: RepositoryName) -> Bool { names.withLock { $0.contains(name) } }

    /// Gives up a claim that came to nothing.
    package func release(_ name: RepositoryName) { _ = names.withLock { $0.remove(name) } }

    /// Runs `push` once ``admitPush(to:)`` has let it. A name that was claimed for a push that then fails before anything
    /// of it was stored is given up again at once: nothing is pushed there, and the upstream may have it.
    ///
    /// - Throws: ``RegistryError`` with code `DENIED`; what `push` throws.
    package func admit<Value: Sendable>(
        _ name: RepositoryName, _ push: () async throws -> Value
    ) async throws -> Value {
        try await admitPush(to: name)
        do {
            let value = try await push()
            // Another first push may have failed meanwhile, and have given the name up.
            _ = names.withLock { $0.insert(name) }
            return value
        } catch {
            if await !mayBeStored(name) { release(name) }
            throw error
        }
    }

    /// Whether the catalog has, or may have, a local repository of this name.
    private func mayBeStored(_ name: RepositoryName) async -> Bool {
        do { return try await catalog.tags(in: .local(name), after: nil, limit: 1) != nil } catch { return true }
    }

    /// Decides whether something may be pushed to `name`, and claims it.
    ///
    /// - Throws: ``RegistryError`` with code `DENIED` and a sentence that says why and what to do.
    package func admitPush(to name: RepositoryName) async throws {
        if let repository = router.repositoryByPath(name) {
            throw RegistryError(
                .denied,
                "\(name) means the cached repository \(repository.name) of \(repository.origin); push under a name that does not begin with that host"
            )
        }
        if name.firstComponent == "library", !name.isSingleComponent {
            throw RegistryError(
                .denied,
                "library/ is where Docker Hub keeps its official images; push under a namespace of your own, such as team/\(name.components.last ?? "app")"
            )
        }
        if contains(name) { return }
        if !router.isLocal(name), let hidden = router.shadowed(by: name), try await exists(hidden) {
            throw RegistryError(
                .denied,
                "\(hidden) exists, and \(name) pushed here would hide it; push under another name, or claim this one with a `local:` pattern in the settings"
            )
        }
        _ = names.withLock { $0.insert(name) }
    }

    /// Whether an upstream has `repository`; an upstream that cannot be asked in time does not stop a push, unless
    /// content of that repository is cached here.
    private func exists(_ repository: Repository) async throws -> Bool {
        guard case .upstream(let host) = repository.origin, let client = clients[host] else { return false }
        if let cached = try await catalog.tags(in: repository, after: nil, limit: 1), !cached.isEmpty { return true }
        do {
            let answer = try await lookups.value(for: repository.name, within: wait, clock: sleeper) {
                try await client.hasRepository(repository.name)
            }
            if let answer { return answer }
            logger.warning(
                "a first push goes ahead: the upstream did not say in time whether it has that name",
                metadata: ["repository": "\(repository)"])
        } catch let error as UpstreamError {
            logger.warning(
                "a first push goes ahead: the upstream could not be asked whether it has that name",
                metadata: ["repository": "\(repository)", "error": "\(error)"])
        }
        return false
    }
}
