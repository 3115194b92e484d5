import OCI

/// Manifests as tests write them down.
enum ManifestFixtures {
    static let configDigest = "sha256:" + String(repeating: "c", count: 64)
    static let layerDigest = "sha512:" + String(repeating: "1", count: 128)
    static let childDigest = "sha256:" + String(repeating: "d", count: 64)

    static let ociManifest = """
        {
          "schemaVersion": 2,
          "mediaType": "application/vnd.oci.image.manifest.v1+json",
          "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "\(configDigest)", "size": 1470},
          "layers": [
            {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "\(layerDigest)", "size": 29724688,
             "annotations": {"title": "layer"}, "unknown": [1, 2, {"three": null}]},
            {"mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "digest": "\(childDigest)",
             "size": 5, "urls": ["https://elsewhere.example/layer"]}
          ],
          "subject": {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "\(childDigest)", "size": 7},
          "annotations": {"org.opencontainers.image.ref.name": "noble", "ünï": "cöde ✓ \\u00e9 \\ud83d\\udc33"},
          "future": {"fields": ["are", "ignored"], "size": 1e400}
        }
        """

    static let ociIndex = """
        {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "artifactType": "application/x",
         "manifests": [
          {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "\(childDigest)", "size": 424,
           "platform": {"architecture": "arm64", "os": "linux", "variant": "v8", "os.version": "1", "features": ["x"]}},
          {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "\(configDigest)", "size": 562,
           "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
           "platform": {"architecture": "unknown", "os": "unknown"}}
         ]}
        """

    static let dockerManifest = """
        {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
         "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": "\(configDigest)"},
         "layers": [{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 0, "digest": "\(layerDigest)"}]}
        """

    static let dockerList = """
        {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.list.v2+json",
         "manifests": [{"mediaType": "application/vnd.docker.distribution.manifest.v2+json", "size": 3,
          "digest": "\(childDigest)", "platform": {"architecture": "386", "os": "windows", "os.features": ["win32k"]}}]}
        """

    static let all = [ociManifest, ociIndex, dockerManifest, dockerList]

    /// An OCI image manifest with `fields` besides its version and configuration.
    static func image(_ fields: String) -> String {
        """
        {"schemaVersion": 2, "mediaType": "\(MediaType.ociManifest)", "config": \(descriptor(size: "1")), \(fields)}
        """
    }

    static func descriptor(size: String) -> String {
        "{\"mediaType\": \"a/b\", \"digest\": \"\(configDigest)\", \"size\": \(size)}"
    }

    static func parse(_ text: String, as contentType: MediaType? = nil) throws(RegistryError) -> Manifest {
        try Manifest(bytes: Array(text.utf8), contentType: contentType)
    }
}
