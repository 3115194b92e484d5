import Access
import Catalog
import NIOCore
import NIOHTTP1
import OCI
import PullThrough
import Registry
import Settings
import Telemetry

/// Answers on the event loop what needs no thought: `GET` and `HEAD` of what is in ``HotAnswers``. Also says
/// `100 Continue`, and closes idle connections.
///
/// It sits between the HTTP/1 codec and Hummingbird. A request goes past it unless nothing is under way on the
/// connection, so that answers keep the order of their requests.
final class HotAnswerHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let hot: HotAnswers
    private let backend: RegistryBackend
    private let dates: DateLine
    private var peer: IPAddress?
    private var peerText = "-"
    private var mayUse = false
    /// Requests that went past and whose answers have not ended.
    private var underWay = 0
    /// Whether the request being read was answered here, so that its end must not go past.
    private var isAnswered = false
    private var isReading = false
    private var needsFlush = false
    /// How often in a row the connection was found idle while an answer was under way.
    private var idleRounds = 0

    private static let maximumIdleRounds = 10

    init(hot: HotAnswers, backend: RegistryBackend, dates: DateLine) {
        self.hot = hot
        self.backend = backend
        self.dates = dates
    }

    func handlerAdded(context: ChannelHandlerContext) {
        peer = context.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        if let peer {
            peerText = peer.description
            mayUse = backend.networks.mayUse(peer)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        idleRounds = 0
        switch unwrapInboundIn(data) {
        case .head(let head):
            isReading = true
            if let answer = hotAnswer(head) {
                isAnswered = true
                write(answer, to: head, context)
                return
            }
            underWay += 1
            if head.headers[canonicalForm: "expect"].contains(where: { $0.lowercased() == "100-continue" }) {
                let go = HTTPResponseHead(version: head.version, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
            }
        case .body: break
        case .end:
            isReading = false
            if isAnswered {
                isAnswered = false
                return
            }
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if needsFlush {
            needsFlush = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        idleRounds = 0
        if case .end = unwrapOutboundIn(data) { underWay -= 1 }
        context.write(data, promise: promise)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        idleRounds += 1
        // An answer under way may be waiting for an upstream; a client that neither sends nor takes is not waited for.
        if underWay == 0 || isReading || idleRounds > Self.maximumIdleRounds { context.close(promise: nil) }
    }

    private func hotAnswer(_ head: HTTPRequestHead) -> HotAnswer? {
        guard mayUse, underWay == 0, head.version == .http1_1, head.method == .GET || head.method == .HEAD,
            head.headers.allSatisfy({ Self.isPlain($0.name) })
        else { return nil }
        return hot.answer(for: head.uri, now: backend.clock.now())
    }

    /// Whether a header field leaves the kept answer the right one.
    private static func isPlain(_ name: String) -> Bool {
        switch name.utf8.count {
        case 5: !name.isEqualIgnoringCase("range")
        case 6: !name.isEqualIgnoringCase("expect")
        case 10: !name.isEqualIgnoringCase("connection")
        case 13: !name.isEqualIgnoringCase("if-none-match")
        case 14: !name.isEqualIgnoringCase("content-length")
        case 15: !name.isEqualIgnoringCase("x-forwarded-for")
        case 17: !name.isEqualIgnoringCase("transfer-encoding")
        default: true
        }
    }

    private func write(_ answer: HotAnswer, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let start = ContinuousClock.now
        let isHead = request.method == .HEAD
        let isSmall = answer.body.readableBytes <= 16 << 10
        let date = dates.line(backend.clock.now())
        var buffer = context.channel.allocator.buffer(
            capacity: answer.head.readableBytes + date.utf8.count + 2
                + (isSmall && !isHead ? answer.body.readableBytes : 0))
        buffer.writeImmutableBuffer(answer.head)
        buffer.writeString(date)
        buffer.writeStaticString("\r\n")
        if !isHead && isSmall { buffer.writeImmutableBuffer(answer.body) }
        // Below the encoder: these bytes are encoded already.
        guard let encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self) else {
            context.close(promise: nil)
            return
        }
        encoder.write(NIOAny(IOData.byteBuffer(buffer)), promise: nil)
        if !isHead && !isSmall { encoder.write(NIOAny(IOData.byteBuffer(answer.body)), promise: nil) }
        needsFlush = true
        backend.uses.record(answer.subject, at: backend.clock.now())
        backend.accessLog.write(
            AccessRecord(
                client: peerText, method: request.method.rawValue, target: request.uri, status: 200,
                repository: answer.repository.description, reference: answer.reference, outcome: Outcome.hit.rawValue,
                bytes: isHead ? 0 : answer.body.readableBytes, duration: ContinuousClock.now - start,
                userAgent: request.headers.first(name: "user-agent")))
    }
}

extension String {
    /// Compares ASCII without regard to case and without allocating; `lowercase` is in lowercase.
    fileprivate func isEqualIgnoringCase(_ lowercase: StaticString) -> Bool {
        lowercase.withUTF8Buffer { expected in
            utf8.count == expected.count && zip(utf8, expected).allSatisfy { $0 | 0x20 == $1 | 0x20 }
        }
    }
}
