import Catalog
import Upstream

/// What an upstream's head said of a manifest.
struct Sighting: Sendable {
    let head: ManifestHead
    /// Whether the manifest is held; a tag that was asked for points at it then.
    let isHeld: Bool
    /// When the upstream was asked.
    let at: Timestamp
}
