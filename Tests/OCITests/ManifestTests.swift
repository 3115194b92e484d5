import OCI
import Testing

@Suite("Manifests")
struct ManifestTests {
    private typealias Fixtures = ManifestFixtures

    @Test("an OCI image manifest is read, and its bytes are kept")
    func ociManifest() throws {
        let bytes = Array(Fixtures.ociManifest.utf8)
        let manifest = try Manifest(bytes: bytes, contentType: .ociManifest)
        #expect(manifest.bytes == bytes)
        #expect(manifest.digest == Digest(of: bytes))
        #expect(manifest.mediaType == .ociManifest)
        #expect(
            try manifest.config == Descriptor(mediaType: .ociConfig, digest: Digest(Fixtures.configDigest), size: 1470))
        #expect(manifest.layers.map(\.size) == [29_724_688, 5])
        #expect(manifest.layers[0].annotations == ["title": "layer"])
        #expect(manifest.manifests == [])
        #expect(try manifest.subject?.digest == Digest(Fixtures.childDigest))
        #expect(manifest.artifactType == MediaType.ociConfig.description)
        #expect(
            manifest.annotations == ["org.opencontainers.image.ref.name": "noble", "ünï": "cöde ✓ é 🐳"])
        // The foreign layer is found elsewhere.
        #expect(try manifest.blobs.map(\.digest) == [Digest(Fixtures.configDigest), Digest(Fixtures.layerDigest)])
    }

    @Test("an OCI index is read")
    func ociIndex() throws {
        let manifest = try Fixtures.parse(Fixtures.ociIndex, as: .ociIndex)
        #expect(manifest.mediaType == .ociIndex)
        #expect(manifest.config == nil)
        #expect(manifest.blobs == [])
        #expect(manifest.artifactType == "application/x")
        #expect(manifest.manifests.map { $0.platform?.description } == ["linux/arm64/v8", "unknown/unknown"])
        #expect(manifest.manifests[1].annotations == ["vnd.docker.reference.type": "attestation-manifest"])
    }

    @Test("Docker's manifest and list are read")
    func docker() throws {
        let image = try Fixtures.parse(Fixtures.dockerManifest)
        #expect(image.mediaType == .dockerManifest)
        #expect(image.blobs.map(\.size) == [1, 0])
        let list = try Fixtures.parse(Fixtures.dockerList)
        #expect(list.mediaType == .dockerList)
        #expect(list.manifests.map { $0.platform?.description } == ["windows/386"])
    }

    @Test("the digest is of the algorithm asked for")
    func algorithm() throws {
        let bytes = Array(Fixtures.dockerList.utf8)
        let manifest = try Manifest(bytes: bytes, contentType: nil, algorithm: .sha512)
        #expect(manifest.digest == Digest(of: bytes, algorithm: .sha512))
    }

    @Test(
        "the type is the document's, or what it was sent with, or what its fields make it",
        arguments: [
            (#""mediaType": "\#(MediaType.ociIndex)", "manifests": []"#, MediaType?.none, MediaType.ociIndex),
            (#""mediaType": "\#(MediaType.ociIndex)", "manifests": []"#, .octetStream, .ociIndex),
            (#""mediaType": "", "manifests": []"#, .dockerList, .dockerList),
            (#""mediaType": null, "manifests": []"#, .dockerList, .dockerList),
            (#""manifests": []"#, .ociIndex, .ociIndex),
            (#""manifests": []"#, nil, .ociIndex),
            (#""config": \#(ManifestFixtures.descriptor(size: "1"))"#, nil, .ociManifest),
            (#""config": \#(ManifestFixtures.descriptor(size: "1"))"#, .dockerManifest, .dockerManifest),
        ])
    func types(fields: String, contentType: MediaType?, expected: MediaType) throws {
        #expect(try Fixtures.parse("{\"schemaVersion\": 2, \(fields)}", as: contentType).mediaType == expected)
    }

    @Test("a type that is not the one it was sent with is refused")
    func mismatch() {
        for (text, type) in [
            (Fixtures.ociManifest, MediaType.ociIndex), (Fixtures.ociIndex, .ociManifest),
            (Fixtures.ociIndex, .dockerList),
            (Fixtures.dockerManifest, .ociManifest),
        ] {
            #expect(refusal { () throws(RegistryError) in try Fixtures.parse(text, as: type) } == .manifestInvalid)
        }
    }

    @Test(
        "fields that are null are fields that are missing",
        arguments: [
            "\"layers\": null", "\"manifests\": null, \"layers\": []", "\"subject\": null, \"annotations\": null",
            "\"artifactType\": null, \"artifactType\": null",
            "\"layers\": [{\"mediaType\": null, \"digest\": \"\(ManifestFixtures.layerDigest)\", \"size\": 1, \"urls\": null, \"platform\": null, \"annotations\": null}]",
        ])
    func nulls(fields: String) throws {
        let manifest = try Fixtures.parse(Fixtures.image(fields))
        #expect(manifest.subject == nil)
        #expect(manifest.annotations == [:])
        #expect(manifest.manifests == [])
    }

    @Test("the configuration's type stands in for an artifact type that is missing or empty")
    func artifactTypes() throws {
        #expect(try Fixtures.parse(Fixtures.image("\"layers\": []")).artifactType == "a/b")
        #expect(try Fixtures.parse(Fixtures.image("\"artifactType\": \"\"")).artifactType == "a/b")
        #expect(try Fixtures.parse(Fixtures.image("\"artifactType\": \"c/d\"")).artifactType == "c/d")
        #expect(try Fixtures.parse(Fixtures.dockerList).artifactType == nil)
    }
}
