import NIOCore
import NIOHTTP1

/// Performs the fake's decisions on one connection: one request at a time, in order, as many as come.
///
/// Bodies are written in slices as the socket takes them. Everything happens on the connection's event loop.
final class HubConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// An answer on its way.
    private struct Sending {
        let reply: HubReply
        var offset: Int
        var hold: HubReply.Hold?
        let end: Int

        /// The next offset at which the answer waits, is cut, or ends.
        var stop: Int { min(hold?.offset ?? .max, reply.cutOffset ?? .max, end) }
    }

    private static let sliceSize = 256 << 10

    private let number: Int
    private let listener: RecordedRequest.Listener
    private let core: HubCore

    private var head: HTTPRequestHead?
    private var asked: (request: HubRequest, id: Int)?
    private var isKeptAlive = true
    private var sending: Sending?
    private var lastWrite: EventLoopFuture<Void>?
    /// The gate that this connection waits at, or has yet to come to.
    private var gate: Int?

    init(number: Int, listener: RecordedRequest.Listener, core: HubCore) {
        self.number = number
        self.listener = listener
        self.core = core
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            begin(head, context: context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { pump(context: context) }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        sending = nil
        asked = nil
        if let gate { core.withState { $0.gates.abandon(gate) } }
        gate = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: Deciding

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        isKeptAlive = head.isKeepAlive
        let request = HubRequest(
            connection: number, listener: listener, method: head.method.rawValue, uri: head.uri,
            headers: head.headers.map { RecordedRequest.Header(name: $0.name, value: $0.value) }
        )
        let (id, decision) = core.withState { state in
            let id = state.record(request)
            return (id, state.decide(request, id: id))
        }
        asked = (request, id)
        perform(decision, context: context)
    }

    private func decideAgain(context: ChannelHandlerContext) {
        guard let asked else { return }
        perform(core.withState { $0.decide(asked.request, id: asked.id) }, context: context)
    }

    private func perform(_ decision: HubDecision, context: ChannelHandlerContext) {
        switch decision {
        case .reply(let reply):
            gate = reply.hold?.gate
            start(reply, context: context)
        case .hang(let gate):
            self.gate = gate
            wait(at: gate, context: context) { connection, context in connection.decideAgain(context: context) }
        }
    }

    // MARK: Sending

    private func start(_ reply: HubReply, context: ChannelHandlerContext) {
        asked = nil
        var head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: reply.headers
        )
        if !reply.isChunked { head.headers.replaceOrAdd(name: "Content-Length", value: "\(reply.range.count)") }
        if !isKeptAlive { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        write(.head(head), context: context)
        sending = Sending(
            reply: reply, offset: reply.range.lowerBound, hold: reply.hold,
            end: reply.isHeadOnly ? reply.range.lowerBound : reply.range.upperBound
        )
        pump(context: context)
    }

    /// Writes as much as the socket takes, up to the next place where the answer waits, is cut, or ends.
    private func pump(context: ChannelHandlerContext) {
        guard var current = sending else { return }
        let stop = current.stop
        var sent = 0
        while current.offset < stop, context.channel.isWritable {
            let slice = current.reply.content.slice(
                from: current.offset, upTo: min(stop, current.offset + HubConnection.sliceSize)
            )
            current.offset += slice.readableBytes
            sent += slice.readableBytes
            sending = current
            write(.body(.byteBuffer(slice)), context: context)
        }
        if sent > 0, let digest = current.reply.digest {
            core.withState { $0.bytesSent[digest, default: 0] += sent }
        }
        context.flush()
        // Writing and flushing call back into this connection; what they changed is what counts.
        guard let current = sending, current.offset == current.stop else { return }
        if let hold = current.hold, hold.offset == current.offset {
            sending?.hold = nil
            let paused = sending
            sending = nil
            afterLastWrite(context: context) { connection, context in
                connection.wait(at: hold.gate, context: context) { connection, context in
                    connection.sending = paused
                    connection.pump(context: context)
                }
            }
        } else if current.reply.cutOffset == current.offset {
            sending = nil
            afterLastWrite(context: context) { _, context in context.close(promise: nil) }
        } else {
            sending = nil
            finish(context: context)
        }
    }

    private func finish(context: ChannelHandlerContext) {
        write(.end(nil), context: context)
        context.flush()
        if !isKeptAlive {
            afterLastWrite(context: context) { _, context in context.close(promise: nil) }
        }
    }

    private func write(_ part: HTTPServerResponsePart, context: ChannelHandlerContext) {
        let promise = context.eventLoop.makePromise(of: Void.self)
        lastWrite = promise.futureResult
        context.write(wrapOutboundOut(part), promise: promise)
    }

    /// Goes on once everything written has reached the system's socket. Not at all when the connection broke.
    private func afterLastWrite(
        context: ChannelHandlerContext, _ action: @escaping (HubConnection, ChannelHandlerContext) -> Void
    ) {
        let connection = NIOLoopBound((self, context, action), eventLoop: context.eventLoop)
        lastWrite?.whenSuccess {
            let (handler, context, action) = connection.value
            action(handler, context)
        }
    }

    /// Goes on once gate `id` is open: at once if it is open already.
    private func wait(
        at id: Int, context: ChannelHandlerContext,
        _ action: @escaping (HubConnection, ChannelHandlerContext) -> Void
    ) {
        let connection = NIOLoopBound((self, context, action), eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let isClosed = core.withState { state in
            state.gates.arrive(at: id) {
                eventLoop.execute {
                    let (handler, context, action) = connection.value
                    guard context.channel.isActive else { return }
                    handler.gate = nil
                    action(handler, context)
                }
            }
        }
        if !isClosed {
            gate = nil
            action(self, context)
        }
    }
}
