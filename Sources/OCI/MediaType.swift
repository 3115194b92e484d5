/// A media type without its parameters, as in a manifest's `mediaType` or a `Content-Type` header.
package struct MediaType: Sendable, Hashable, CustomStringConvertible {
    /// The type as it is written.
    package let description: String

    /// Parses `type/subtype`, dropping parameters behind a semicolon.
    ///
    /// - Throws: ``RegistryError`` with code `MANIFEST_INVALID` when it has no slash, over 255 bytes, or other than
    ///   visible ASCII characters (it becomes a header field).
    package init(_ text: some StringProtocol) throws(RegistryError) {
        let bare = text.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        guard bare.count <= 255, bare.dropFirst().dropLast().contains(UInt8(ascii: "/")),
            bare.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") })
        else {
            throw .manifestInvalid("'\(text.prefix(80))' is not a media type")
        }
        self.description = String(decoding: bare, as: UTF8.self)
    }

    private init(known: String) { description = known }

    /// OCI image manifest.
    package static let ociManifest = MediaType(known: "application/vnd.oci.image.manifest.v1+json")
    /// OCI image index.
    package static let ociIndex = MediaType(known: "application/vnd.oci.image.index.v1+json")
    /// OCI image configuration.
    package static let ociConfig = MediaType(known: "application/vnd.oci.image.config.v1+json")
    /// OCI empty descriptor.
    package static let ociEmpty = MediaType(known: "application/vnd.oci.empty.v1+json")
    /// OCI layer, compressed with gzip.
    package static let ociLayerGzip = MediaType(known: "application/vnd.oci.image.layer.v1.tar+gzip")
    /// Docker image manifest, version 2, schema 2.
    package static let dockerManifest = MediaType(known: "application/vnd.docker.distribution.manifest.v2+json")
    /// Docker manifest list.
    package static let dockerList = MediaType(known: "application/vnd.docker.distribution.manifest.list.v2+json")
    /// Bytes of no stated type.
    package static let octetStream = MediaType(known: "application/octet-stream")

    /// The types that are asked of upstreams, in order of preference.
    package static let manifests: [MediaType] = [.ociIndex, .ociManifest, .dockerList, .dockerManifest]

    /// Whether a manifest of this type lists other manifests.
    package var isIndex: Bool { self == .ociIndex || self == .dockerList }
    /// Whether a manifest of this type names a configuration and layers.
    package var isImage: Bool { self == .ociManifest || self == .dockerManifest }
}
