import Access
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import OCI
import PullThrough
import Settings
import Telemetry

/// Answers requests: parses them, asks who may, calls the engine, renders. One log line each.
struct RegistryResponder: HTTPResponder {
    typealias Context = RoostRequestContext

    let backend: RegistryBackend
    let hot: HotAnswers

    /// Never throws: every failure becomes an answer, or, when nobody is left to be told, a closed connection.
    func respond(to request: Request, context: RoostRequestContext) async throws -> Response {
        let start = ContinuousClock.now
        let client = client(of: request, on: context.channel)
        var answer: Answer
        do {
            answer = try await self.answer(request, from: client)
        } catch {
            guard let told = ErrorRendering.answer(error) else {
                log(request, Self.unanswered(error), from: client, since: start)
                throw error
            }
            if told.status.code >= 500 {
                backend.logger.error(
                    "a request failed", metadata: ["target": "\(request.uri.string.prefix(300))", "error": "\(error)"])
            }
            answer = told
            (answer.repository, answer.reference) = subject(of: request)
        }
        answer.headers[.dockerAPIVersion] = "registry/2.0"
        return response(to: request, answer, on: context.channel) { [answer] bytes, outcome in
            var answer = answer
            answer.outcome = outcome
            log(request, answer, from: client, since: start, bytes: bytes)
        }
    }

    /// What the log says of a request that is not answered here: the client left, for which web servers have long used
    /// 499, or its body cannot be read, which Hummingbird tells it.
    private static func unanswered(_ error: any Error) -> Answer {
        if let error = error as? HTTPParserError, error != .invalidEOFState {
            return Answer(status: .badRequest, outcome: "error")
        }
        return Answer(status: HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request"), outcome: "gone")
    }

    private func log(
        _ request: Request, _ answer: Answer, from client: IPAddress?, since start: ContinuousClock.Instant,
        bytes: Int = 0
    ) {
        backend.accessLog.write(
            AccessRecord(
                client: client?.description ?? "-", method: request.method.rawValue, target: request.uri.string,
                status: answer.status.code, repository: answer.repository?.description, reference: answer.reference,
                outcome: answer.outcome, bytes: bytes, duration: ContinuousClock.now - start,
                userAgent: request.headers[.userAgent]))
    }

    private func client(of request: Request, on channel: any Channel) -> IPAddress? {
        guard let peer = channel.remoteAddress?.ipAddress.flatMap({ IPAddress($0) }) else { return nil }
        return backend.networks.client(peer: peer, forwardedFor: request.headers[values: .forwardedFor])
    }

    private func answer(_ request: Request, from client: IPAddress?) async throws -> Answer {
        guard let target = RequestTarget(request.uri.string) else {
            return ErrorRendering.answer(
                RegistryError(.unsupported, "the request's target is malformed"), status: .badRequest)
        }
        if target.segments == ["healthz"] { return .json(Array("{\"status\":\"ok\"}".utf8), outcome: "health") }
        guard let client, backend.networks.mayUse(client) else {
            throw RegistryError(
                .denied,
                "\(client?.description ?? "this address") is not in a network that may use this registry; see access.trusted in its settings"
            )
        }
        guard let route = try RegistryRoute(target.segments) else {
            return ErrorRendering.answer(
                RegistryError(.unsupported, "there is nothing at this path; the registry's API is under /v2/"),
                status: .notFound)
        }
        var answer = try await self.answer(route, request, target)
        if let namespace = target["ns"], case .upstream = answer.repository?.origin {
            answer.headers[.ociNamespace] = namespace
        }
        return answer
    }

    private func answer(_ route: RegistryRoute, _ request: Request, _ target: RequestTarget) async throws -> Answer {
        switch (route, request.method) {
        case (.ping, .get), (.ping, .head): .json(Array("{}".utf8), outcome: "ping")
        case (.catalog, .get): try await repositories(target)
        case (.tags(let name), .get): try await tags(of: name, target)
        case (.referrers(let name, let digest), .get): try await referrers(of: digest, in: name, target)
        case (.manifest(let name, let reference), .get), (.manifest(let name, let reference), .head):
            try await manifest(reference, in: name, request, target)
        case (.manifest(let name, let reference), .put): try await putManifest(reference, in: name, request, target)
        case (.manifest(let name, let reference), .delete): try await deleteManifest(reference, in: name, target)
        case (.blob(let name, let digest), .get), (.blob(let name, let digest), .head):
            try await blob(digest, in: name, request, target)
        case (.blob(let name, let digest), .delete): try await deleteBlob(digest, in: name, target)
        case (.uploads(let name), .post): try await beginUpload(to: name, request, target)
        case (.upload(let name, let id), .get): try await uploadStatus(id, in: name)
        case (.upload(let name, let id), .patch): try await appendToUpload(id, in: name, request)
        case (.upload(let name, let id), .put): try await finishUpload(id, in: name, request, target)
        case (.upload(let name, let id), .delete): try await cancelUpload(id, in: name)
        default:
            throw RegistryError(.unsupported, "\(request.method.rawValue) is not a method of this endpoint")
        }
    }

    /// The repository that a pull is about.
    ///
    /// - Throws: ``RegistryError`` when `ns` names no configured upstream.
    func repository(_ name: RepositoryName, _ target: RequestTarget) throws -> Repository {
        let namespace = target["ns"]
        guard let repository = backend.cache.route(name, namespace: namespace) else {
            throw RegistryError(
                .nameUnknown, "'\(namespace?.prefix(255) ?? "")' is not an upstream in this registry's settings")
        }
        return repository
    }

    /// The repository that a push or a deletion is about, which is always one of this registry's own.
    ///
    /// - Throws: ``RegistryError`` when `name` means an upstream's.
    func localRepository(_ name: RepositoryName, _ target: RequestTarget? = nil) throws -> Repository {
        if target?["ns"] != nil || backend.cache.router.repositoryByPath(name) != nil {
            throw RegistryError(.denied, "\(name) is a cached repository of another registry; it cannot be written to")
        }
        return .local(name)
    }

    /// Runs a push to `name` where it may. From the first one on the name leads here, so that what was kept of where it led
    /// before must go.
    ///
    /// - Throws: ``RegistryError`` with code `DENIED`; what `push` throws.
    func pushing(to name: RepositoryName, _ push: () async throws -> Answer) async throws -> Answer {
        let isNew = !backend.cache.ownership.contains(name)
        return try await backend.cache.ownership.admit(name) {
            if isNew { hot.invalidate(name) }
            return try await push()
        }
    }

    /// What the log can say of a request that failed.
    private func subject(of request: Request) -> (Repository?, String?) {
        guard let target = RequestTarget(request.uri.string), let route = try? RegistryRoute(target.segments) else {
            return (nil, nil)
        }
        let (name, reference): (RepositoryName?, String?) =
            switch route {
            case .ping, .catalog: (nil, nil)
            case .tags(let name), .uploads(let name), .upload(let name, _): (name, nil)
            case .manifest(let name, let reference): (name, reference.description)
            case .referrers(let name, let digest), .blob(let name, let digest): (name, digest.description)
            }
        return (name.flatMap { backend.cache.route($0, namespace: target["ns"]) }, reference)
    }
}
