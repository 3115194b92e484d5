import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
package import OCI

/// What an upstream says of a manifest without sending it.
package struct ManifestHead: Sendable, Hashable {
    /// Its digest, if the upstream says it.
    package let digest: Digest?
    /// Its type.
    package let mediaType: MediaType?
    /// Its size in bytes, if the upstream says it.
    package let size: Int?
}

extension RegistryClient {
    /// Asks for a manifest's head, which costs no pull.
    ///
    /// - Throws: ``UpstreamError``, `CancellationError`.
    package func head(manifest reference: ManifestReference, of name: RepositoryName) async throws -> ManifestHead {
        let response = try await ask(manifestQuestion(.HEAD, reference, name))
        // Who asked by digest knows it: what the upstream says beside that counts for nothing.
        let digest: Digest? = if case .digest(let digest) = reference { digest } else { nil }
        return ManifestHead(
            digest: digest ?? contentDigest(response), mediaType: mediaType(response), size: length(response))
    }

    /// Fetches a manifest, which costs a pull, and verifies it.
    ///
    /// - Throws: ``UpstreamError``, of case `corrupt` when it is not what was asked for; `CancellationError`.
    package func manifest(_ reference: ManifestReference, of name: RepositoryName) async throws -> Manifest {
        let response = try await ask(manifestQuestion(.GET, reference, name))
        let body = try await collect(response, upTo: Manifest.maximumSize)
        var expected = contentDigest(response)
        if case .digest(let digest) = reference { expected = digest }
        do {
            let manifest = try Manifest(
                bytes: Array(body.readableBytesView), contentType: mediaType(response),
                algorithm: expected?.algorithm ?? .sha256)
            if let expected, manifest.digest != expected {
                throw UpstreamError.corrupt(
                    "\(configuration.host) sent the manifest \(name):\(reference) with digest \(manifest.digest), not \(expected)"
                )
            }
            return manifest
        } catch let error as RegistryError {
            throw UpstreamError.corrupt("\(configuration.host): \(error.message)")
        }
    }

    /// Asks for a blob's head, which costs nothing.
    ///
    /// - Returns: its size, if the upstream says it.
    /// - Throws: ``UpstreamError``, `notFound` when the repository has no such blob; `CancellationError`.
    package func size(ofBlob digest: Digest, of name: RepositoryName) async throws -> Int? {
        length(try await ask(blobQuestion(.HEAD, digest, name)))
    }

    /// Starts the download of a blob from `offset` on. The bytes are the server's, unverified.
    ///
    /// - Throws: ``UpstreamError``, `CancellationError`.
    package func download(_ digest: Digest, of name: RepositoryName, from offset: Int) async throws -> BlobDownload {
        var question = blobQuestion(.GET, digest, name)
        if offset > 0 { question.headers.add(name: "Range", value: "bytes=\(offset)-") }
        let response = try await ask(question)
        guard response.status == .partialContent else {
            return BlobDownload(start: 0, totalSize: length(response), response: response)
        }
        guard let range = response.headers.first(name: "Content-Range").flatMap({ ContentRange($0) }),
            range.start == offset
        else { throw UpstreamError.corrupt("\(configuration.host) sent another range than was asked for") }
        return BlobDownload(
            start: offset, totalSize: range.total ?? length(response).map { $0 + offset }, response: response)
    }

    /// Whether the upstream has a repository of this name, asked by `tags/list`, which costs no pull.
    ///
    /// - Throws: ``UpstreamError`` that is inconclusive; a refusal counts as no.
    package func hasRepository(_ name: RepositoryName) async throws -> Bool {
        do {
            let response = try await ask(
                Question(path: "\(name)/tags/list?n=1", scope: "repository:\(name):pull"))
            _ = try? await collect(response, upTo: 1 << 20)
            return true
        } catch let error as UpstreamError where !error.isInconclusive {
            return false
        }
    }

    /// The body of a JSON document under the repository, such as `tags/list` or `referrers/…`.
    ///
    /// - Parameter path: behind the repository's name, with its query.
    /// - Returns: the bytes, at most 4 MiB, and the `Link` and filter headers that came with them.
    /// - Throws: ``UpstreamError``, `CancellationError`.
    package func document(_ path: String, of name: RepositoryName) async throws -> UpstreamDocument {
        let response = try await ask(Question(path: "\(name)/\(path)", scope: "repository:\(name):pull"))
        let body = try await collect(response, upTo: 4 << 20)
        return UpstreamDocument(
            bytes: Array(body.readableBytesView), hasMore: response.headers.contains(name: "Link"),
            isFiltered: response.headers.contains(name: "OCI-Filters-Applied"))
    }

    private func manifestQuestion(_ method: HTTPMethod, _ reference: ManifestReference, _ name: RepositoryName)
        -> Question
    {
        Question(
            method: method, path: "\(name)/manifests/\(reference)", scope: "repository:\(name):pull",
            headers: ["Accept": MediaType.manifests.map(\.description).joined(separator: ", ")])
    }

    private func blobQuestion(_ method: HTTPMethod, _ digest: Digest, _ name: RepositoryName) -> Question {
        Question(method: method, path: "\(name)/blobs/\(digest)", scope: "repository:\(name):pull")
    }

    /// The `Content-Length`; nil when it is missing or not to be believed.
    private func length(_ response: HTTPClientResponse) -> Int? {
        response.headers.first(name: "Content-Length").flatMap { StatedSize.parse($0) }
    }

    private func contentDigest(_ response: HTTPClientResponse) -> Digest? {
        response.headers.first(name: "Docker-Content-Digest").flatMap { try? Digest($0) }
    }

    private func mediaType(_ response: HTTPClientResponse) -> MediaType? {
        response.headers.first(name: "Content-Type").flatMap { try? MediaType($0) }
    }
}
