import AsyncHTTPClient
import FoundationEssentials
import Glibc
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import OCI

/// The client of one other registry.
///
/// It knows the token flow, follows redirects without taking `Authorization` across origins, and turns every failure
/// into an ``UpstreamError``. It keeps nothing but tokens.
package final class RegistryClient: Sendable {
    /// How the upstream is reached.
    package let configuration: UpstreamConfiguration
    let http: HTTPClient
    let tokens: TokenCache
    /// What the life of tokens is measured with.
    let now: @Sendable () -> ContinuousClock.Instant
    let logger: Logger
    private let userAgent: String
    private static let maximumRedirects = 5

    /// A client of the upstream of `configuration`.
    ///
    /// - Parameters:
    ///   - version: Roost's own, for the `User-Agent`.
    ///   - now: what the life of tokens is measured with.
    package init(
        _ configuration: UpstreamConfiguration, version: String, logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.configuration = configuration
        self.now = now
        self.tokens = TokenCache(now: now)
        self.logger = logger
        self.userAgent = "roost/\(version)"
        var client = HTTPClient.Configuration()
        client.redirectConfiguration = .disallow
        client.decompression = .disabled
        client.httpVersion = .http1Only
        client.timeout = .init(
            connect: TimeAmount(configuration.timeouts.connect), read: TimeAmount(configuration.timeouts.stall))
        // Who queues for a connection does so within the head timeout: beyond this many downloads of a host, some fail.
        client.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 128
        client.connectionPool.retryConnectionEstablishment = false
        // Reads of 256 KB rather than 64 KB: a third more throughput on a fast line.
        client.http1_1ConnectionDebugInitializer = { channel in
            channel.setOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 65536, maximum: 256 << 10)
            ).flatMap { StatusCheck.add(to: channel) }
        }
        self.http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: client)
    }

    /// Closes all connections. The client cannot be used afterwards.
    package func shutdown() async {
        try? await http.shutdown()
    }

    /// What is asked of the upstream.
    struct Question: Sendable {
        var method: HTTPMethod = .GET
        /// The path and query behind `/v2/`.
        var path: String
        var scope: String
        var headers: HTTPHeaders = [:]
    }

    /// Asks, with a token where one is wanted, and follows redirects.
    ///
    /// - Returns: the final answer, of status 200 to 299.
    /// - Throws: ``UpstreamError``, `CancellationError`.
    func ask(_ question: Question) async throws -> HTTPClientResponse {
        let url = "\(configuration.origin)/v2/\(question.path)"
        var authorization: String? = await tokens.held(question.scope).map { "Bearer \($0)" }
        var answer = try await send(question, to: url, authorization: authorization)
        if answer.response.status == .unauthorized, answer.origin == configuration.origin {
            await drain(answer.response)
            if let authorization { await tokens.forget(question.scope, value: String(authorization.dropFirst(7))) }
            guard let fresh = try await self.authorization(for: question, after: answer.response) else {
                throw UpstreamError.denied("\(configuration.host) wants a login")
            }
            authorization = fresh
            answer = try await send(question, to: url, authorization: authorization)
        }
        guard answer.origin == configuration.origin || ![401, 403].contains(answer.response.status.code) else {
            // An expired signature, a storage that is out of order: no verdict of the registry itself.
            throw UpstreamError.unavailable(
                "\(configuration.host) redirects to where it is refused with status \(answer.response.status.code)")
        }
        return try await verdict(answer.response)
    }

    /// Sends one request to `url`, and follows its redirects.
    private func send(
        _ question: Question, to url: String, authorization: String?
    ) async throws -> (response: HTTPClientResponse, origin: WebOrigin) {
        var url = url
        var origin = configuration.origin
        for _ in 0...Self.maximumRedirects {
            var request = HTTPClientRequest(url: url)
            request.method = question.method
            request.headers = question.headers
            if let authorization, origin == configuration.origin {
                request.headers.replaceOrAdd(name: "Authorization", value: authorization)
            }
            let response = try await execute(request)
            guard [301, 302, 303, 307, 308].contains(response.status.code) else { return (response, origin) }
            await drain(response)
            guard let location = response.headers.first(name: "Location"),
                let target = URL(string: location, relativeTo: URL(string: url))?.absoluteString,
                let next = WebOrigin(target)
            else { throw UpstreamError.unavailable("\(configuration.host) redirects to nowhere") }
            guard configuration.origin.permitsRedirect(to: next) else {
                throw UpstreamError.unavailable("\(configuration.host) redirects from https to http, which is refused")
            }
            url = target
            origin = next
        }
        throw UpstreamError.unavailable("\(configuration.host) redirects more than \(Self.maximumRedirects) times")
    }

    /// Reads the short body of an answer that only its head matters of: the connection is closed otherwise, and the next
    /// request pays for a new one.
    private func drain(_ response: HTTPClientResponse) async {
        _ = try? await collect(response, upTo: 16 << 10)
    }

    /// Reads a document whole, within the time that it may take: a server that trickles it is not waited for.
    ///
    /// - Throws: ``UpstreamError``, of case `corrupt` when it has more than `limit` bytes; `CancellationError`.
    func collect(_ response: HTTPClientResponse, upTo limit: Int) async throws -> ByteBuffer {
        do {
            return try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
                group.addTask { try await response.body.collect(upTo: limit) }
                group.addTask {
                    try await ContinuousClock().sleep(for: self.configuration.timeouts.document)
                    throw UpstreamError.unavailable("\(self.configuration.host) sends a document too slowly")
                }
                defer { group.cancelAll() }
                guard let body = try await group.next() else { throw CancellationError() }
                return body
            }
        } catch let error where error is CancellationError || error is UpstreamError {
            throw error
        } catch is NIOTooManyBytesError {
            throw UpstreamError.corrupt("\(configuration.host) sends a document of more than \(limit) bytes")
        } catch {
            throw UpstreamError.unavailable("\(configuration.host) broke off: \(Self.explain(error))")
        }
    }

    func execute(_ question: HTTPClientRequest) async throws -> HTTPClientResponse {
        var request = question
        request.headers.replaceOrAdd(name: "User-Agent", value: userAgent)
        let deadline = NIODeadline.now() + TimeAmount(configuration.timeouts.head)
        do {
            do {
                return try await http.execute(request, deadline: deadline)
            } catch let error as HTTPClientError where error == .remoteConnectionClosed {
                // A kept connection that the server gave up just then: what is asked here may be asked twice.
                return try await http.execute(request, deadline: deadline)
            }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw UpstreamError.unavailable("\(configuration.host) cannot be asked: \(Self.explain(error))")
        }
    }

    /// Turns a status into an answer or an error.
    private func verdict(_ response: HTTPClientResponse) async throws -> HTTPClientResponse {
        switch response.status.code {
        case 200..<300: return response
        case 404, 410: throw UpstreamError.notFound
        case 401, 403:
            throw UpstreamError.denied(
                await message(of: response) ?? "\(configuration.host) refuses access, or has no such repository")
        case 429:
            throw UpstreamError.rateLimited(
                message: await message(of: response) ?? "\(configuration.host) was asked too often",
                retryAfter: RetryAfter.seconds(response.headers.first(name: "Retry-After")))
        default:
            throw UpstreamError.unavailable("\(configuration.host) answers with status \(response.status.code)")
        }
    }

    /// The first message of an error body, or the body itself when it is short plain text.
    private func message(of response: HTTPClientResponse) async -> String? {
        guard let body = try? await collect(response, upTo: 64 << 10), body.readableBytes > 0 else { return nil }
        if let document = try? JSONDecoder().decode(ErrorDocument.self, from: Data(body.readableBytesView)) {
            return document.errors.first?.message.map { String($0.prefix(500)) }
        }
        let text = String(decoding: body.readableBytesView.prefix(300), as: UTF8.self)
        return text.contains("<") ? nil : text.split(whereSeparator: \.isNewline).first.map(String.init)
    }

    private struct ErrorDocument: Decodable {
        struct Entry: Decodable { var message: String? }
        var errors: [Entry]
    }

    /// A transport error in words, without URLs: a presigned one is a secret.
    static func explain(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .deadlineExceeded: "no answer in time"
        case let error as HTTPClientError where error == .readTimeout: "it stalled"
        case let error as HTTPClientError: error.shortDescription
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case is StatusCheck.ImpossibleStatus: "its answer has a status that HTTP does not know"
        case is NIOConnectionError: "the connection is refused or its host is unknown"
        default: String(describing: type(of: error))
        }
    }
}
