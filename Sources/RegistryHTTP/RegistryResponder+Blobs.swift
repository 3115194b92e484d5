import BlobStore
import Catalog
import HTTPTypes
import Hummingbird
import NIOCore
import OCI
import PullThrough
import Registry

extension RegistryResponder {
    /// Blobs up to this size are kept in memory once they were asked for: configurations and small layers.
    private static let smallBlob = 128 << 10

    /// `GET` and `HEAD /v2/<name>/blobs/<digest>`.
    func blob(
        _ digest: Digest, in name: RepositoryName, _ request: Request, _ target: RequestTarget
    ) async throws -> Answer {
        // Before the route: a push that begins meanwhile changes where the name leads.
        let generation = hot.generation
        let repository = try repository(name, target)
        let found = try await find(digest, in: repository, request, isBare: target["ns"] == nil)
        backend.uses.record(.blob(digest), at: backend.clock.now())
        var answer = Answer(
            status: .ok,
            headers: [
                .contentType: MediaType.octetStream.description, .dockerContentDigest: digest.description,
                .eTag: "\"\(digest)\"", .acceptRanges: "bytes", .cacheControl: "max-age=31536000, immutable",
                .roostOutcome: found.outcome.rawValue,
            ],
            outcome: found.outcome.rawValue, repository: repository, reference: digest.description)
        guard let reader = found.reader else {
            answer.headers[.contentLength] = String(found.size)
            return revalidated(answer, request)
        }
        switch ByteRange(wantedRange(request, answer.headers[.eTag]), size: reader.size) {
        case .whole where found.outcome == .hit && reader.size <= Self.smallBlob:
            let bytes = try await backend.executor.run { () async throws in
                try reader.read(at: 0, count: reader.size)
            }
            answer.body = .bytes(ByteBuffer(bytes: bytes))
            keep(answer, .blob(digest), until: nil, for: request, target, generation)
        case .whole:
            answer.body = .blob(BlobBody(reader: reader, range: 0..<reader.size, executor: backend.executor))
        case .part(let part):
            answer.status = .partialContent
            answer.headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(reader.size)"
            answer.body = .blob(BlobBody(reader: reader, range: part, executor: backend.executor))
        case .unsatisfiable:
            var refusal = ErrorRendering.answer(
                RegistryError(.rangeInvalid, "the blob has \(reader.size) bytes"), status: .rangeNotSatisfiable)
            refusal.headers[.contentRange] = "bytes */\(reader.size)"
            (refusal.repository, refusal.reference) = (repository, digest.description)
            return refusal
        }
        return revalidated(answer, request)
    }

    /// The `Range` that counts, RFC 9110 sections 13.1.5 and 14.2: only with `GET`, and not when `If-Range` names another
    /// content.
    private func wantedRange(_ request: Request, _ tag: String?) -> String? {
        guard request.method == .get else { return nil }
        if let condition = request.headers[.ifRange], condition != tag { return nil }
        return request.headers[.range]
    }

    private func find(
        _ digest: Digest, in repository: Repository, _ request: Request, isBare: Bool
    ) async throws -> CachedBlob {
        if repository.origin == .local {
            guard let reader = try await backend.blobs.open(digest, in: repository) else {
                throw RegistryError.blobUnknown(digest, in: repository)
            }
            return CachedBlob(reader: reader, size: reader.size, outcome: .hit)
        }
        let isHead = request.method == .head
        do {
            return try await backend.cache.blob(digest, in: repository, headOnly: isHead)
        } catch let error as RegistryError
            where isHead && isBare && (error.code == .unavailable || error.code == .tooManyRequests)
        {
            // Clients ask this before they push, to save the upload. A name that lives here only from then on must be
            // pushable while the upstream, where it would otherwise lead, is down.
            throw RegistryError.blobUnknown(digest, in: repository)
        }
    }

    /// `DELETE /v2/<name>/blobs/<digest>`.
    func deleteBlob(_ digest: Digest, in name: RepositoryName, _ target: RequestTarget) async throws -> Answer {
        let repository = try localRepository(name, target)
        try await backend.blobs.delete(digest, in: repository)
        hot.invalidate(name)
        return Answer(status: .accepted, outcome: "delete", repository: repository, reference: digest.description)
    }
}
