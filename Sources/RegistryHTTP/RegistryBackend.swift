package import Access
package import BlobStore
package import Catalog
package import Logging
package import PullThrough
package import Registry
package import Telemetry

/// Everything that the HTTP side speaks to.
package struct RegistryBackend: Sendable {
    let cache: PullThroughCache
    let uploads: Uploads
    let manifests: Manifests
    let blobs: Blobs
    let uses: UseLog
    let networks: ClientNetworks
    let accessLog: AccessLog
    let executor: IOExecutor
    let clock: WallClock
    let logger: Logger

    /// A backend of these parts.
    package init(
        cache: PullThroughCache, uploads: Uploads, manifests: Manifests, blobs: Blobs, uses: UseLog,
        networks: ClientNetworks, accessLog: AccessLog, executor: IOExecutor, clock: WallClock, logger: Logger
    ) {
        self.cache = cache
        self.uploads = uploads
        self.manifests = manifests
        self.blobs = blobs
        self.uses = uses
        self.networks = networks
        self.accessLog = accessLog
        self.executor = executor
        self.clock = clock
        self.logger = logger
    }
}
