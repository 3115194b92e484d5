/// What the fake holds.
extension FakeHub {
    // MARK: Making bytes

    /// Bytes that look random and are the same for the same `count` and `seed`. No two blocks of 1 MiB are equal.
    package static func bytes(count: Int, seed: UInt64 = 1) -> [UInt8] {
        let blockSize = 1 << 20
        var generator = SeededGenerator(seed: seed)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            for offset in stride(from: 0, to: min(count, blockSize), by: 8) {
                withUnsafeBytes(of: generator.next().littleEndian) { word in
                    let length = min(8, count - offset)
                    UnsafeMutableRawBufferPointer(rebasing: raw[offset..<offset + length])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: word[..<length]))
                }
            }
            // Later blocks repeat the first one with a number of their own in front: random numbers for 200 MB would
            // cost a debug build seconds.
            for start in stride(from: blockSize, to: count, by: blockSize) {
                let length = min(blockSize, count - start)
                UnsafeMutableRawBufferPointer(rebasing: raw[start..<start + length])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: raw[0..<length]))
                withUnsafeBytes(of: UInt64(start).littleEndian) { stamp in
                    for index in 0..<min(8, length) { raw[start + index] ^= stamp[index] }
                }
            }
            initialized = count
        }
    }

    // MARK: Putting content

    /// Makes an image of `layers` — a config, and a manifest naming both — and stores all of it.
    ///
    /// - Parameter annotation: text that goes into the manifest, so that two images of the same layers can differ.
    @discardableResult
    package func addImage(
        repository: String, tag: String? = nil, layers: [[UInt8]], platform: String = "linux/amd64",
        format: FakeImage.Format = .oci, annotation: String? = nil
    ) -> FakeImage {
        let contents = layers.map { FakeContent($0, mediaType: format.layerType) }
        let (system, architecture) = FakeHub.split(platform)
        let differences = contents.map { "\"\($0.digest)\"" }.joined(separator: ",")
        let config = FakeContent(
            Array(
                """
                {"architecture":"\(architecture)","os":"\(system)","config":{},\
                "rootfs":{"type":"layers","diff_ids":[\(differences)]}}
                """.utf8
            ),
            mediaType: format.configType
        )
        let note = annotation.map { #","annotations":{"note":"\#($0)"}"# } ?? ""
        let manifest = FakeContent(
            Array(
                """
                {"schemaVersion":2,"mediaType":"\(format.manifestType)","config":\(config.descriptor()),\
                "layers":[\(contents.map { $0.descriptor() }.joined(separator: ","))]\(note)}
                """.utf8
            ),
            mediaType: format.manifestType
        )
        for content in contents + [config] { put(blob: content.bytes, in: repository) }
        put(manifest: manifest.bytes, mediaType: manifest.mediaType, in: repository, tags: tag.map { [$0] } ?? [])
        return FakeImage(
            repository: repository, tag: tag, platform: platform, manifest: manifest, config: config, layers: contents
        )
    }

    /// Makes an index of `images`, which `addImage` stored in the same repository, and stores it.
    @discardableResult
    package func addIndex(
        repository: String, tag: String? = nil, images: [FakeImage], format: FakeImage.Format = .oci
    ) -> FakeIndex {
        let descriptors = images.map { image in
            let (system, architecture) = FakeHub.split(image.platform)
            return image.manifest.descriptor(
                extra: #""platform":{"os":"\#(system)","architecture":"\#(architecture)"}"#
            )
        }
        let text = """
            {"schemaVersion":2,"mediaType":"\(format.indexType)","manifests":[\(descriptors.joined(separator: ","))]}
            """
        let manifest = FakeContent(Array(text.utf8), mediaType: format.indexType)
        put(manifest: manifest.bytes, mediaType: manifest.mediaType, in: repository, tags: tag.map { [$0] } ?? [])
        return FakeIndex(repository: repository, tag: tag, manifest: manifest, images: images)
    }

    /// Stores a blob. Its digest.
    @discardableResult
    package func put(blob: [UInt8], in repository: String) -> String {
        let digest = FakeContent.digest(of: blob)
        let bytes = HubBytes(blob)
        core.withState { $0.repositories[repository, default: .init()].blobs[digest] = bytes }
        return digest
    }

    /// Stores a manifest, whatever its bytes are, and points `tags` at it. Its digest.
    @discardableResult
    package func put(manifest: [UInt8], mediaType: String, in repository: String, tags: [String] = []) -> String {
        let digest = FakeContent.digest(of: manifest)
        let stored = HubState.Manifest(mediaType: mediaType, bytes: HubBytes(manifest))
        core.withState { state in
            state.repositories[repository, default: .init()].manifests[digest] = stored
            for tag in tags { state.repositories[repository]?.tags[tag] = digest }
        }
        return digest
    }

    /// Makes an empty repository.
    package func addRepository(_ repository: String) {
        core.withState { state in
            if state.repositories[repository] == nil { state.repositories[repository] = .init() }
        }
    }

    // MARK: Changing content

    /// Points `tag` at the manifest with `digest`.
    package func move(tag: String, in repository: String, to digest: String) {
        core.withState { $0.repositories[repository, default: .init()].tags[tag] = digest }
    }

    /// Removes `tag`; its manifest stays.
    package func remove(tag: String, in repository: String) {
        core.withState { _ = $0.repositories[repository]?.tags.removeValue(forKey: tag) }
    }

    /// Removes a manifest or blob; tags that point at it dangle.
    package func remove(digest: String, in repository: String) {
        core.withState { state in
            state.repositories[repository]?.manifests[digest] = nil
            state.repositories[repository]?.blobs[digest] = nil
        }
    }

    /// Removes a repository and everything in it.
    package func remove(repository: String) {
        core.withState { $0.repositories[repository] = nil }
    }

    /// What the referrers API lists for the manifest `digest`: descriptors as JSON, see `FakeContent.descriptor`.
    package func setReferrers(of digest: String, in repository: String, to descriptors: [String]) {
        core.withState { $0.repositories[repository, default: .init()].referrers[digest] = descriptors }
    }

    // MARK: Accounts

    /// Makes an account that the token endpoint knows. `pullLimit` as in `HubBehaviour.pullLimit`.
    package func addAccount(_ name: String, password: String, pullLimit: Int? = 200) {
        core.withState { $0.accounts[name] = HubState.Account(password: password, pullLimit: pullLimit) }
    }

    /// Lets only these accounts read `repository`; to everyone else it is as if it did not exist.
    package func restrict(_ repository: String, to accounts: Set<String>) {
        core.withState { $0.repositories[repository, default: .init()].readers = accounts }
    }

    private static func split(_ platform: String) -> (system: Substring, architecture: Substring) {
        let parts = platform.split(separator: "/", maxSplits: 1)
        return (parts.first ?? "", parts.dropFirst().first ?? "")
    }
}

extension FakeImage.Format {
    var manifestType: String {
        switch self {
        case .oci: "application/vnd.oci.image.manifest.v1+json"
        case .docker: "application/vnd.docker.distribution.manifest.v2+json"
        }
    }

    var indexType: String {
        switch self {
        case .oci: "application/vnd.oci.image.index.v1+json"
        case .docker: "application/vnd.docker.distribution.manifest.list.v2+json"
        }
    }

    var configType: String {
        switch self {
        case .oci: "application/vnd.oci.image.config.v1+json"
        case .docker: "application/vnd.docker.container.image.v1+json"
        }
    }

    var layerType: String {
        switch self {
        case .oci: "application/vnd.oci.image.layer.v1.tar+gzip"
        case .docker: "application/vnd.docker.image.rootfs.diff.tar.gzip"
        }
    }
}
