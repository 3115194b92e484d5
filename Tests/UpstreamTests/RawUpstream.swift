import NIOCore
import NIOPosix

/// An upstream that answers every connection with the same bytes, whatever it is asked.
struct RawUpstream {
    private final class Answering: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: String

        init(_ answer: String) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        }
    }

    /// Where it is.
    let url: String

    /// Runs one that answers with `answer` while `body` runs.
    static func run(answering answer: String, _ body: (RawUpstream) async throws -> Void) async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answering(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(RawUpstream(url: "http://127.0.0.1:\(listener.localAddress?.port ?? 0)")))
        } catch { result = .failure(error) }
        try await listener.close()
        try result.get()
    }
}
