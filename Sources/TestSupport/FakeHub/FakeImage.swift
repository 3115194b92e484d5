/// An image for one platform that the fake Hub holds.
package struct FakeImage: Sendable {
    /// Which media types an image is made of.
    package enum Format: Sendable {
        /// OCI image manifest and index.
        case oci
        /// Docker schema 2 manifest and manifest list.
        case docker
    }

    /// The repository's name, `library/ubuntu`.
    package let repository: String
    /// The tag, if it was given one.
    package let tag: String?
    /// The operating system and architecture, `linux/amd64`.
    package let platform: String
    /// The manifest, byte for byte as it is served.
    package let manifest: FakeContent
    /// The config blob.
    package let config: FakeContent
    /// The layer blobs, lowest first.
    package let layers: [FakeContent]

    /// The manifest's digest.
    package var digest: String { manifest.digest }

    /// Every blob of the image: the config, then the layers.
    package var blobs: [FakeContent] { [config] + layers }
}

/// An image for several platforms that the fake Hub holds.
package struct FakeIndex: Sendable {
    /// The repository's name, `library/ubuntu`.
    package let repository: String
    /// The tag, if it was given one.
    package let tag: String?
    /// The index or manifest list, byte for byte as it is served.
    package let manifest: FakeContent
    /// The images it names, in its order.
    package let images: [FakeImage]

    /// The index's digest.
    package var digest: String { manifest.digest }
}
