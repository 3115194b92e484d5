import Catalog
import OCI

/// What asking an upstream for a manifest came to.
struct FetchedManifest: Sendable {
    let digest: Digest
    /// Whether it was held already, so that no pull was spent.
    let wasHeld: Bool
    /// When the upstream was asked.
    let at: Timestamp
}
