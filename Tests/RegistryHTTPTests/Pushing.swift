import OCI
import TestSupport
import Testing

extension TestServer {
    /// Pushes a blob in one request.
    func push(_ bytes: [UInt8], to name: String) async throws -> String {
        let digest = FakeContent.digest(of: bytes)
        let reply = try await ask("POST", "/v2/\(name)/blobs/uploads/?digest=\(digest)", body: bytes)
        #expect(reply.status == 201, "\(reply.text)")
        return digest
    }

    /// Pushes an image of one layer under `tag`.
    @discardableResult
    func pushImage(
        _ name: String, _ tag: String, layer: [UInt8] = Array("layer".utf8), extra: String = ""
    ) async throws -> FakeContent {
        let config = FakeContent(Array("{}".utf8), mediaType: "application/vnd.oci.image.config.v1+json")
        let content = FakeContent(layer, mediaType: "application/vnd.oci.image.layer.v1.tar")
        _ = try await push(config.bytes, to: name)
        _ = try await push(content.bytes, to: name)
        let manifest = FakeContent(Array(Self.manifest(config, [content], extra).utf8), mediaType: Self.manifestType)
        let reply = try await ask(
            "PUT", "/v2/\(name)/manifests/\(tag)", ["Content-Type": Self.manifestType], body: manifest.bytes)
        #expect(reply.status == 201, "\(reply.text)")
        #expect(reply["docker-content-digest"] == manifest.digest)
        return manifest
    }

    static let manifestType = "application/vnd.oci.image.manifest.v1+json"

    /// A manifest's text; `extra` are members to add, each with a comma before it.
    static func manifest(_ config: FakeContent, _ layers: [FakeContent], _ extra: String = "") -> String {
        """
        {"schemaVersion":2,"mediaType":"\(manifestType)","config":\(config.descriptor()),\
        "layers":[\(layers.map { $0.descriptor() }.joined(separator: ","))]\(extra)}
        """
    }
}

/// Waits until `condition` holds, giving way to others; false when it never does.
func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
    let end = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < end {
        if try await condition() { return true }
        await Task.yield()
    }
    return false
}
