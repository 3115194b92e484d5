import Catalog
import HTTPTypes
import Hummingbird
import NIOCore
import OCI
import PullThrough
import Registry

extension RegistryResponder {
    /// `GET` and `HEAD /v2/<name>/manifests/<reference>`.
    func manifest(
        _ reference: ManifestReference, in name: RepositoryName, _ request: Request, _ target: RequestTarget
    ) async throws -> Answer {
        // Before the route: a push that begins meanwhile changes where the name leads.
        let generation = hot.generation
        let repository = try repository(name, target)
        let found: CachedManifest
        if repository.origin == .local {
            found = try await localManifest(reference, in: repository)
        } else {
            found = try await backend.cache.manifest(reference, in: repository, headOnly: request.method == .head)
        }
        backend.uses.record(.manifest(found.digest, in: repository), at: backend.clock.now())
        var answer = Answer(
            status: .ok,
            headers: [
                .contentType: found.mediaType.description, .dockerContentDigest: found.digest.description,
                .eTag: "\"\(found.digest)\"", .roostOutcome: found.outcome.rawValue,
            ],
            outcome: found.outcome.rawValue, repository: repository, reference: reference.description)
        guard let bytes = found.bytes else {
            answer.headers[.contentLength] = String(found.size)
            return revalidated(answer, request)
        }
        answer.body = .bytes(ByteBuffer(bytes: bytes))
        keep(answer, .manifest(found.digest, in: repository), until: found.freshUntil, for: request, target, generation)
        return revalidated(answer, request)
    }

    private func localManifest(_ reference: ManifestReference, in repository: Repository) async throws -> CachedManifest
    {
        guard let stored = try await backend.manifests.get(reference, in: repository) else {
            throw RegistryError.manifestUnknown(reference, in: repository)
        }
        return CachedManifest(
            digest: stored.record.digest, mediaType: stored.record.mediaType, size: stored.bytes.count,
            bytes: stored.bytes, outcome: .hit, freshUntil: nil)
    }

    /// Keeps a whole answer for the event loop to give next time: a later one is a hit, whatever this one was.
    func keep(
        _ answer: Answer, _ subject: Use.Subject, until: Timestamp?, for request: Request, _ target: RequestTarget,
        _ generation: UInt64
    ) {
        var answer = answer
        answer.headers[.roostOutcome] = Outcome.hit.rawValue
        answer.headers[.dockerAPIVersion] = "registry/2.0"
        if let namespace = target["ns"], case .upstream = answer.repository?.origin {
            answer.headers[.ociNamespace] = namespace
        }
        if let until, until <= backend.clock.now() { return }
        guard let kept = HotAnswer(answer, subject: subject, until: until) else { return }
        hot.keep(kept, for: request.uri.string, since: generation)
    }

    /// 304 when the client already holds what `answer` carries.
    func revalidated(_ answer: Answer, _ request: Request) -> Answer {
        guard let tag = answer.headers[.eTag], let known = request.headers[.ifNoneMatch],
            known == "*" || known.split(separator: ",").contains(where: { $0.drop { " W/".contains($0) } == tag })
        else { return answer }
        var unchanged = answer
        unchanged.status = .notModified
        unchanged.body = .none
        return unchanged
    }

    /// `PUT /v2/<name>/manifests/<reference>`.
    func putManifest(
        _ reference: ManifestReference, in name: RepositoryName, _ request: Request, _ target: RequestTarget
    ) async throws -> Answer {
        let repository = try localRepository(name, target)
        return try await pushing(to: name) { try await putManifest(reference, in: repository, request) }
    }

    private func putManifest(
        _ reference: ManifestReference, in repository: Repository, _ request: Request
    ) async throws -> Answer {
        let name = repository.name
        let contentType = try request.headers[.contentType].map { (text) throws(RegistryError) in try MediaType(text) }
        let (digest, subject) = try await backend.manifests.put(
            bytes: try await body(of: request, limit: Manifest.maximumSize), contentType: contentType,
            reference: reference, in: repository)
        hot.invalidate(name)
        var headers: HTTPFields = [
            .location: "/v2/\(name)/manifests/\(digest)", .dockerContentDigest: digest.description,
        ]
        if let subject { headers[.ociSubject] = subject.description }
        return Answer(
            status: .created, headers: headers, outcome: "push", repository: repository,
            reference: reference.description)
    }

    /// `DELETE /v2/<name>/manifests/<reference>`.
    func deleteManifest(
        _ reference: ManifestReference, in name: RepositoryName, _ target: RequestTarget
    ) async throws -> Answer {
        let repository = try localRepository(name, target)
        try await backend.manifests.delete(reference, in: repository)
        hot.invalidate(name)
        return Answer(
            status: .accepted, outcome: "delete", repository: repository, reference: reference.description)
    }

    private func body(of request: Request, limit: Int) async throws -> [UInt8] {
        let tooLarge = RegistryError(.sizeInvalid, "a manifest has at most \(limit) bytes")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        do {
            return Array(try await request.body.collect(upTo: limit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }
}
