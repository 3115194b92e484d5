import NIOCore
import NIOHTTP1

/// Ends a connection whose server answers with a status that HTTP does not have (RFC 9110 section 15: 100 to 599).
///
/// The client library takes every status below 200 for an informational one, and ends the process when the parser, which
/// knows better, tells it of the answer's end.
final class StatusCheck: ChannelInboundHandler, Sendable {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    struct ImpossibleStatus: Error {}

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), !(100..<600).contains(head.status.code) {
            context.fireErrorCaught(ImpossibleStatus())
            context.close(promise: nil)
            return
        }
        context.fireChannelRead(data)
    }

    /// Puts a check between the parser and the client library of a new connection.
    static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(StatusCheck(), position: .after(parser))
        }
    }
}
