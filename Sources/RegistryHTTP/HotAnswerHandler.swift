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
    /// Whether the request being read waits for a `100 Continue` that answers still under way stand before.
    private var owesContinue = false
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
        case .head(var head):
            isReading = true
            if let answer = hotAnswer(head, context) {
                isAnswered = true
                write(answer, to: head, context)
                return
            }
            underWay += 1
            owesContinue =
                head.version == .http1_1
                && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
            guard Self.isFramed(head) else {
                owesContinue = false
                // Hummingbird answers with 400 and closes, as RFC 9112 section 6.3 wants it.
                context.fireErrorCaught(HTTPParserError.unknown)
                return
            }
            payContinue(context)
            if Self.endsConnection(head) {
                head.headers.replaceOrAdd(name: "connection", value: "close")
                context.fireChannelRead(wrapInboundOut(.head(head)))
                return
            }
        case .body: owesContinue = false
        case .end:
            isReading = false
            owesContinue = false
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
        context.write(data, promise: promise)
        if case .end = unwrapOutboundIn(data) {
            // The answer to bytes that were no request belongs to none that was counted.
            underWay = max(0, underWay - 1)
            payContinue(context)
        }
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

    /// Says `100 Continue` once the request that waits for it is the only one under way: in the middle of another answer
    /// it would be taken for a part of that one.
    private func payContinue(_ context: ChannelHandlerContext) {
        guard owesContinue, underWay == 1 else { return }
        owesContinue = false
        let go = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
    }

    /// Whether it is certain where the request ends: the decoder takes any transfer coding for none.
    private static func isFramed(_ head: HTTPRequestHead) -> Bool {
        head.headers[canonicalForm: "transfer-encoding"].allSatisfy { $0.lowercased() == "chunked" }
    }

    /// Whether the connection must end with the answer: the client says so, in whichever way, or the decoder reads
    /// nothing behind this request because it might switch to another protocol, which it never does here.
    private static func endsConnection(_ head: HTTPRequestHead) -> Bool {
        !head.isKeepAlive || head.method == .CONNECT || head.headers.contains(name: "upgrade")
    }

    private func hotAnswer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> HotAnswer? {
        // Answers that a client does not take pile up otherwise; beside the loop each waits for the one before it.
        guard mayUse, underWay == 0, context.channel.isWritable, head.version == .http1_1,
            head.method == .GET || head.method == .HEAD,
            head.headers.allSatisfy({ Self.isPlain($0.name) })
        else { return nil }
        return hot.answer(for: head.uri, now: backend.clock.now())
    }

    /// Whether a header field leaves the kept answer the right one.
    private static func isPlain(_ name: String) -> Bool {
        switch name.utf8.count {
        case 5: !name.isEqualIgnoringCase("range")
        case 6: !name.isEqualIgnoringCase("expect")
        case 7: !name.isEqualIgnoringCase("upgrade")
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
