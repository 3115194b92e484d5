/// What a manifest in an index runs on, `linux/arm64/v8`.
package struct Platform: Sendable, Hashable, CustomStringConvertible {
    /// The CPU architecture, in Go's names.
    package let architecture: String
    /// The operating system, in Go's names.
    package let os: String
    /// The CPU's variant, `v8`.
    package let variant: String?

    /// A platform of these parts.
    package init(architecture: String, os: String, variant: String? = nil) {
        self.architecture = architecture
        self.os = os
        self.variant = variant
    }

    package var description: String { "\(os)/\(architecture)" + (variant.map { "/\($0)" } ?? "") }
}
