import BlobStore
import Catalog
import HTTPTypes
import Hummingbird
import NIOCore
import OCI
import PullThrough
import Registry

extension RegistryResponder {
    /// `POST /v2/<name>/blobs/uploads/`: a mount, a whole blob, or a session.
    func beginUpload(to name: RepositoryName, _ request: Request, _ target: RequestTarget) async throws -> Answer {
        let repository = try localRepository(name, target)
        return try await pushing(to: name) { try await beginUpload(to: repository, request, target) }
    }

    private func beginUpload(
        to repository: Repository, _ request: Request, _ target: RequestTarget
    ) async throws -> Answer {
        if let mount = target["mount"], let answer = try await self.mount(mount, target["from"], to: repository) {
            return answer
        }
        let digest = try target["digest"].map { (text) throws(RegistryError) in try Digest(text) }
        let upload = try await backend.uploads.begin(in: repository)
        guard let digest else {
            return progress(.accepted, of: upload.id, size: 0, in: repository, outcome: "push")
        }
        do {
            try await append(request, to: upload.id, in: repository, at: nil)
            return try await finished(upload.id, as: digest, in: repository)
        } catch {
            try? await backend.uploads.cancel(upload.id, in: repository)
            throw error
        }
    }

    /// The answer to a mount; nil when the source does not hold the blob, and an upload is to begin instead.
    private func mount(_ mount: String, _ from: String?, to repository: Repository) async throws -> Answer? {
        let digest = try Digest(mount)
        guard let from, let source = try? RepositoryName(from),
            let origin = backend.cache.route(source, namespace: nil),
            try await backend.uploads.mount(digest, from: origin, to: repository)
        else { return nil }
        return created(digest, in: repository, outcome: "mount")
    }

    /// `GET /v2/<name>/blobs/uploads/<id>`.
    func uploadStatus(_ id: String, in name: RepositoryName) async throws -> Answer {
        let repository = try localRepository(name)
        let size = try await backend.uploads.offset(of: id, in: repository)
        return progress(.noContent, of: id, size: size, in: repository, outcome: "upload")
    }

    /// `PATCH /v2/<name>/blobs/uploads/<id>`.
    func appendToUpload(_ id: String, in name: RepositoryName, _ request: Request) async throws -> Answer {
        let repository = try localRepository(name)
        do {
            let position = try position(of: request)
            let size = try await append(request, to: id, in: repository, at: position)
            return progress(.accepted, of: id, size: size, in: repository, outcome: "push")
        } catch let error as RegistryError where error.code == .rangeInvalid {
            return try await outOfOrder(error, id, in: repository)
        }
    }

    /// `PUT /v2/<name>/blobs/uploads/<id>?digest=`, with or without a last piece.
    func finishUpload(
        _ id: String, in name: RepositoryName, _ request: Request, _ target: RequestTarget
    ) async throws -> Answer {
        let repository = try localRepository(name)
        guard let text = target["digest"] else {
            throw RegistryError(.digestInvalid, "the digest parameter is missing")
        }
        let digest = try Digest(text)
        do {
            let position = try position(of: request)
            if request.headers[.contentLength] != "0" || position != nil {
                try await append(request, to: id, in: repository, at: position)
            }
            return try await finished(id, as: digest, in: repository)
        } catch let error as RegistryError where error.code == .rangeInvalid {
            return try await outOfOrder(error, id, in: repository)
        }
    }

    /// `DELETE /v2/<name>/blobs/uploads/<id>`.
    func cancelUpload(_ id: String, in name: RepositoryName) async throws -> Answer {
        let repository = try localRepository(name)
        try await backend.uploads.cancel(id, in: repository)
        return Answer(status: .noContent, outcome: "cancel", repository: repository)
    }

    /// Where the client believes that the upload stands, if it says so.
    ///
    /// - Throws: ``RegistryError`` with code `RANGE_INVALID`, also when the range has not the length of the body.
    private func position(of request: Request) throws -> Int? {
        guard let range = try UploadRange(request.headers[.contentRange]) else { return nil }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > 0, length != range.count {
            throw RegistryError(.rangeInvalid, "the range has \(range.count) bytes, and the body \(length)")
        }
        return range.start
    }

    /// Appends the request's body as it arrives. What was appended before a client left stays, to be resumed.
    @discardableResult
    private func append(
        _ request: Request, to id: String, in repository: Repository, at offset: Int?
    ) async throws -> Int {
        try await backend.uploads.append(to: id, in: repository, at: offset) { partial in
            for try await buffer in request.body {
                try buffer.withUnsafeReadableBytes { try partial.append($0) }
            }
        }
    }

    private func finished(_ id: String, as digest: Digest, in repository: Repository) async throws -> Answer {
        _ = try await backend.uploads.finish(id, in: repository, as: digest)
        return created(digest, in: repository, outcome: "push")
    }

    private func created(_ digest: Digest, in repository: Repository, outcome: String) -> Answer {
        Answer(
            status: .created,
            headers: [
                .location: "/v2/\(repository.name)/blobs/\(digest)", .dockerContentDigest: digest.description,
            ],
            outcome: outcome, repository: repository, reference: digest.description)
    }

    private func progress(
        _ status: HTTPResponse.Status, of id: String, size: Int, in repository: Repository, outcome: String
    ) -> Answer {
        Answer(
            status: status,
            headers: [
                .location: "/v2/\(repository.name)/blobs/uploads/\(id)", .dockerUploadUUID: id,
                .range: "0-\(max(0, size - 1))",
            ],
            outcome: outcome, repository: repository)
    }

    /// 416, with the place where the upload stands.
    private func outOfOrder(_ error: RegistryError, _ id: String, in repository: Repository) async throws -> Answer {
        let size = try await backend.uploads.offset(of: id, in: repository)
        var answer = ErrorRendering.answer(error, status: .rangeNotSatisfiable)
        answer.headers.append(contentsOf: progress(.accepted, of: id, size: size, in: repository, outcome: "").headers)
        answer.repository = repository
        return answer
    }
}
