import Catalog
import OCI

@testable import Registry

/// A client that pushes an image and copies a layer, and remembers what was acknowledged to it. Asked again after a
/// failure, it goes on where it can.
struct PushingClient {
    /// What a registry acknowledged.
    enum Acknowledgement: Hashable {
        case blob(Digest, Repository)
        case manifest(Digest, ManifestReference, Repository)
        case refused
        case cancelled
        case deleted(ManifestReference, Repository)
    }

    static let config: [UInt8] = Array("{}".utf8)
    static let layer: [UInt8] = Array("a layer that is pushed in two chunks".utf8)
    static let manifest = imageManifest(config: config, layers: [layer])

    let repository: Repository
    let copy: Repository
    let oldTag: ManifestReference
    private(set) var acknowledged: Set<Acknowledgement> = []
    /// The upload that was begun for some bytes, as far as the client knows.
    private var uploads: [[UInt8]: String] = [:]

    init() throws {
        repository = try local("team/app")
        copy = try local("team/copy")
        oldTag = .tag(try Tag("old"))
    }

    /// Does all that was not acknowledged yet.
    mutating func run(on registry: TestRegistry) async throws {
        try await push(Self.config, to: registry.uploads)
        try await push(Self.layer, to: registry.uploads)
        try await pushManifest(as: .tag(.latest), to: registry.manifests)
        try await pushManifest(as: oldTag, to: registry.manifests)
        try await mountLayer(in: registry.uploads)
        try await pushWrong(to: registry.uploads)
        try await cancel(in: registry.uploads)
        try await deleteTag(in: registry.manifests)
    }

    private mutating func push(_ bytes: [UInt8], to uploads: Uploads) async throws {
        let digest = Digest(of: bytes)
        guard !acknowledged.contains(.blob(digest, repository)) else { return }
        if let id = self.uploads[bytes] {
            do {
                try await complete(id, with: bytes, in: uploads)
                return
            } catch let error as RegistryError where error.code == .blobUploadUnknown {
                self.uploads[bytes] = nil
            }
        }
        let id = try await uploads.begin(in: repository).id
        self.uploads[bytes] = id
        try await complete(id, with: bytes, in: uploads)
    }

    private mutating func complete(_ id: String, with bytes: [UInt8], in uploads: Uploads) async throws {
        for end in [bytes.count / 2, bytes.count] {
            let offset = try await uploads.offset(of: id, in: repository)
            guard offset < end else { continue }
            _ = try await uploads.append(Array(bytes[offset..<end]), to: id, in: repository, at: offset)
        }
        let digest = Digest(of: bytes)
        _ = try await uploads.finish(id, in: repository, as: digest)
        acknowledged.insert(.blob(digest, repository))
    }

    private mutating func pushManifest(as reference: ManifestReference, to manifests: Manifests) async throws {
        let done = Acknowledgement.manifest(Digest(of: Self.manifest), reference, repository)
        guard !acknowledged.contains(done), !acknowledged.contains(.deleted(reference, repository)) else { return }
        _ = try await manifests.put(
            bytes: Self.manifest, contentType: .ociManifest, reference: reference, in: repository)
        acknowledged.insert(done)
    }

    private mutating func mountLayer(in uploads: Uploads) async throws {
        let digest = Digest(of: Self.layer)
        guard !acknowledged.contains(.blob(digest, copy)) else { return }
        if try await uploads.mount(digest, from: repository, to: copy) { acknowledged.insert(.blob(digest, copy)) }
    }

    private mutating func pushWrong(to uploads: Uploads) async throws {
        guard !acknowledged.contains(.refused) else { return }
        let id = try await uploads.begin(in: repository).id
        _ = try await uploads.append([6, 6, 6], to: id, in: repository)
        do {
            _ = try await uploads.finish(id, in: repository, as: Digest(of: [7]))
        } catch let error as RegistryError where error.code == .digestInvalid {
            acknowledged.insert(.refused)
        }
    }

    private mutating func cancel(in uploads: Uploads) async throws {
        guard !acknowledged.contains(.cancelled) else { return }
        let id = try await uploads.begin(in: repository).id
        _ = try await uploads.append([8], to: id, in: repository)
        try await uploads.cancel(id, in: repository)
        acknowledged.insert(.cancelled)
    }

    private mutating func deleteTag(in manifests: Manifests) async throws {
        guard !acknowledged.contains(.deleted(oldTag, repository)) else { return }
        acknowledged.remove(.manifest(Digest(of: Self.manifest), oldTag, repository))
        do {
            try await manifests.delete(oldTag, in: repository)
        } catch let error as RegistryError where error.code == .manifestUnknown {
            // It was deleted before the answer got lost.
        }
        acknowledged.insert(.deleted(oldTag, repository))
    }
}
