/// A JSON document of an upstream, passed on.
package struct UpstreamDocument: Sendable, Hashable {
    /// The bytes as they came.
    package let bytes: [UInt8]
    /// Whether the upstream has more behind it.
    package let hasMore: Bool
    /// Whether the upstream says that it applied a filter.
    package let isFiltered: Bool
}
