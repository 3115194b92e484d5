import BlobStore
import Catalog
import OCI
import Testing

@testable import Registry

@Suite("Manifests")
struct ManifestsTests {
    private let registry: TestRegistry
    private let repository: Repository
    private let config: [UInt8] = Array("{}".utf8)
    private let layer: [UInt8] = Array("a layer".utf8)

    init() throws {
        registry = try TestRegistry.inMemory()
        repository = try local("team/app")
    }

    private func pushImage(
        _ bytes: [UInt8]? = nil, as reference: ManifestReference = .tag(.latest)
    ) async throws -> (digest: Digest, subject: Digest?) {
        _ = try await registry.push(config, to: repository)
        _ = try await registry.push(layer, to: repository)
        return try await registry.manifests.put(
            bytes: bytes ?? imageManifest(config: config, layers: [layer]), contentType: .ociManifest,
            reference: reference, in: repository)
    }

    @Test("a manifest pushed by tag is served by tag and by digest, verbatim")
    func byTag() async throws {
        let bytes = imageManifest(config: config, layers: [layer])
        let pushed = try await pushImage(bytes)
        #expect(pushed.digest == Digest(of: bytes))
        #expect(pushed.subject == nil)
        for reference in [ManifestReference.tag(.latest), .digest(pushed.digest)] {
            let stored = try await registry.manifests.get(reference, in: repository)
            #expect(stored?.bytes == bytes)
            #expect(stored?.record == ManifestRecord(try Manifest(bytes: bytes, contentType: nil)))
            #expect(try await registry.manifests.head(reference, in: repository) == stored?.record)
        }
        #expect(try await registry.catalog.ownedNames() == [repository.name])
    }

    @Test("a manifest pushed by digest has no tag and the digest's algorithm", arguments: Digest.Algorithm.allCases)
    func byDigest(algorithm: Digest.Algorithm) async throws {
        let bytes = imageManifest(config: config, layers: [layer])
        let digest = Digest(of: bytes, algorithm: algorithm)
        #expect(try await pushImage(bytes, as: .digest(digest)).digest == digest)
        #expect(try await registry.manifests.get(.digest(digest), in: repository)?.bytes == bytes)
        #expect(try await registry.manifests.tags(in: repository, limit: 10).tags.isEmpty)
    }

    @Test("a digest that is not the manifest's is refused, and nothing is kept")
    func wrongDigest() async throws {
        let wrong = Digest(of: [1])
        #expect(try await code { try await pushImage(as: .digest(wrong)) } == .digestInvalid)
        #expect(try await registry.manifests.get(.digest(wrong), in: repository) == nil)
        #expect(try await registry.catalog.ownedNames().isEmpty)
    }

    @Test("what is no manifest is refused", arguments: ["", "{}", "[]", #"{"schemaVersion":1}"#])
    func invalid(text: String) async throws {
        let refusal = try await code { try await pushImage(Array(text.utf8)) }
        #expect(refusal == .manifestInvalid)
    }

    @Test("a manifest whose blobs were not pushed is refused with their digests", arguments: [1, 3, 6])
    func missingBlobs(count: Int) async throws {
        _ = try await registry.push(config, to: repository)
        // That another repository holds them is no help.
        let layers = (0..<count).map { [UInt8($0)] }
        for layer in layers { _ = try await registry.push(layer, to: try local("team/other")) }
        do {
            _ = try await pushImage(imageManifest(config: config, layers: layers))
            Issue.record("it was taken")
        } catch let error as RegistryError {
            #expect(error.code == .manifestBlobUnknown)
            let named = layers.filter { error.message.contains("\(Digest(of: $0))") }.count
            #expect(named == min(count, 3))
            #expect(error.message.contains("more") == (count > 3))
        }
        #expect(try await registry.manifests.head(.tag(.latest), in: repository) == nil)
    }

    @Test("an index may list manifests that were never pushed")
    func sparseIndex() async throws {
        let bytes = indexManifest(of: [Digest(of: [1]), Digest(of: [2])])
        let pushed = try await registry.manifests.put(
            bytes: bytes, contentType: .ociIndex, reference: .tag(.latest), in: repository)
        #expect(try await registry.manifests.get(.digest(pushed.digest), in: repository)?.bytes == bytes)
    }

    @Test("pushing a manifest again moves the tag, and pushing the same one changes nothing")
    func again() async throws {
        let first = try await pushImage().digest
        #expect(try await pushImage().digest == first)
        let second = try await pushImage(imageManifest(config: config, layers: [])).digest
        #expect(try await registry.manifests.head(.tag(.latest), in: repository)?.digest == second)
        #expect(try await registry.manifests.head(.digest(first), in: repository)?.digest == first)
    }

    @Test("one manifest pushed many times at once, to one repository and to several, is there")
    func concurrent() async throws {
        let repositories = try (0..<3).map { try local("team/app\($0)") }
        let bytes = imageManifest(config: config, layers: [])
        for repository in repositories { _ = try await registry.push(config, to: repository) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, repository) in (repositories + repositories).enumerated() {
                group.addTask {
                    _ = try await registry.manifests.put(
                        bytes: bytes, contentType: nil, reference: .tag(try Tag("t\(number)")), in: repository)
                }
            }
            try await group.waitForAll()
        }
        for (number, repository) in repositories.enumerated() {
            let tags = try await registry.manifests.tags(in: repository, limit: 10).tags.map(\.description)
            #expect(tags == ["t\(number)", "t\(number + 3)"])
            #expect(try await registry.manifests.get(.digest(Digest(of: bytes)), in: repository)?.bytes == bytes)
        }
    }

    @Test("a manifest whose bytes are gone is not there, and that is an error in the log; pushing it again heals it")
    func bytesGone() async throws {
        let bytes = imageManifest(config: config, layers: [layer])
        let digest = try await pushImage(bytes).digest
        _ = try await registry.blobStore.remove(digest)
        #expect(try await registry.manifests.get(.tag(.latest), in: repository) == nil)
        #expect(registry.log.errors.count == 1)
        _ = try await pushImage(bytes)
        #expect(try await registry.manifests.get(.tag(.latest), in: repository)?.bytes == bytes)
    }

    @Test("deleting a tag leaves the manifest and its other tags")
    func deleteTag() async throws {
        let digest = try await pushImage().digest
        let other = try Tag("v1")
        _ = try await pushImage(as: .tag(other))
        try await registry.manifests.delete(.tag(.latest), in: repository)
        #expect(try await registry.manifests.get(.tag(.latest), in: repository) == nil)
        #expect(try await registry.manifests.get(.tag(other), in: repository) != nil)
        #expect(try await registry.manifests.get(.digest(digest), in: repository) != nil)
    }

    @Test("deleting a manifest takes its tags along and leaves its bytes to the collection")
    func deleteManifest() async throws {
        let digest = try await pushImage().digest
        _ = try await pushImage(as: .tag(try Tag("v1")))
        try await registry.manifests.delete(.digest(digest), in: repository)
        #expect(try await registry.manifests.get(.digest(digest), in: repository) == nil)
        #expect(try await registry.manifests.tags(in: repository, limit: 10).tags.isEmpty)
        #expect(try await registry.blobStore.open(digest) != nil)
    }

    @Test("deleting what is not there is an error")
    func deleteUnknown() async throws {
        let manifests = registry.manifests
        for repository in [repository, try local("team/none")] {
            #expect(try await code { try await manifests.delete(.tag(.latest), in: repository) } == .manifestUnknown)
            let digest = Digest(of: [1])
            #expect(try await code { try await manifests.delete(.digest(digest), in: repository) } == .manifestUnknown)
        }
    }

    @Test("a repository's blob is taken from it alone")
    func deleteBlob() async throws {
        let other = try local("team/other")
        let digest = try await registry.push(layer, to: repository)
        _ = try await registry.push(layer, to: other)
        try await registry.blobs.delete(digest, in: repository)
        #expect(try await registry.read(digest, in: repository) == nil)
        #expect(try await registry.read(digest, in: other) == layer)
        #expect(try await code { try await registry.blobs.delete(digest, in: repository) } == .blobUnknown)
        #expect(registry.log.errors.isEmpty)
        _ = try await registry.blobStore.remove(digest)
        #expect(try await registry.read(digest, in: other) == nil)
        #expect(registry.log.errors.count == 1)
    }

    @Test("tags are listed page by page in byte order")
    func tags() async throws {
        for name in ["b", "a", "B", "_"] { _ = try await pushImage(as: .tag(try Tag(name))) }
        let first = try await registry.manifests.tags(in: repository, limit: 3)
        #expect(first.tags.map(\.description) == ["B", "_", "a"])
        #expect(first.more)
        let second = try await registry.manifests.tags(in: repository, after: first.tags.last, limit: 3)
        #expect(second.tags.map(\.description) == ["b"])
        #expect(!second.more)
        let all = try await registry.manifests.tags(in: repository, limit: 4)
        #expect(all.tags.count == 4 && !all.more)
        let none = try await registry.manifests.tags(in: repository, limit: 0)
        #expect(none.tags.isEmpty && !none.more)
        #expect(try await registry.manifests.tags(in: repository, limit: .max).tags.count == 4)
        let unknown = try local("team/none")
        #expect(try await code { try await registry.manifests.tags(in: unknown, limit: 3) } == .nameUnknown)
    }

    @Test("repositories are listed page by page, without those that only hold uploads")
    func repositories() async throws {
        let bytes = indexManifest(of: [])
        for name in ["c", "a", "b"] {
            _ = try await registry.manifests.put(
                bytes: bytes, contentType: nil, reference: .tag(.latest), in: try local(name))
        }
        _ = try await registry.uploads.begin(in: try local("aa"))
        let first = try await registry.manifests.repositories(limit: 2)
        #expect(first.names.map(\.description) == ["a", "b"])
        #expect(first.more)
        let second = try await registry.manifests.repositories(after: first.names.last, limit: 2)
        #expect(second.names.map(\.description) == ["c"])
        #expect(!second.more)
        #expect(try await registry.manifests.repositories(limit: 0).names.isEmpty)
    }

    @Test("referrers of a manifest, pushed before it or after, are described with type and annotations")
    func referrers() async throws {
        let subject = Digest(of: imageManifest(config: config, layers: [layer]))
        let signature = imageManifest(
            config: config, layers: [], subject: subject, artifactType: "application/vnd.example.signature",
            annotations: ["org.example.by": "me"])
        let plain = imageManifest(config: config, layers: [layer], subject: subject)
        #expect(try await pushImage(signature, as: .tag(try Tag("s"))).subject == subject)
        _ = try await pushImage()
        _ = try await pushImage(plain, as: .digest(Digest(of: plain)))
        let all = try await registry.manifests.referrers(of: subject, in: repository)
        #expect(Set(all.map(\.digest)) == [Digest(of: signature), Digest(of: plain)])
        let signatures = try await registry.manifests.referrers(
            of: subject, in: repository, artifactType: "application/vnd.example.signature")
        #expect(
            signatures == [
                Descriptor(
                    mediaType: .ociManifest, digest: Digest(of: signature), size: signature.count,
                    artifactType: "application/vnd.example.signature", annotations: ["org.example.by": "me"])
            ])
        let byConfig = try await registry.manifests.referrers(
            of: subject, in: repository, artifactType: "\(MediaType.ociConfig)")
        #expect(byConfig.map(\.digest) == [Digest(of: plain)])
        #expect(byConfig.first?.annotations == nil)
        #expect(try await registry.manifests.referrers(of: Digest(of: [1]), in: repository).isEmpty)
        #expect(try await registry.manifests.referrers(of: subject, in: try local("team/none")).isEmpty)
    }
}
