package import Catalog

/// A manifest as it is stored.
package struct StoredManifest: Sendable, Hashable {
    /// What the catalog keeps of it.
    package let record: ManifestRecord
    /// The bytes, verbatim.
    package let bytes: [UInt8]

    /// A manifest of these parts.
    package init(record: ManifestRecord, bytes: [UInt8]) {
        self.record = record
        self.bytes = bytes
    }
}
