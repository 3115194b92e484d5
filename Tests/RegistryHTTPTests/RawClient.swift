import NIOCore
import NIOPosix

/// A very small HTTP client that hides nothing: what it sends and what it gets are the bytes on the wire.
struct RawClient {
    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let continuation: AsyncStream<ByteBuffer>.Continuation

        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }

        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .inputClosed? = event as? ChannelEvent { continuation.finish() }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private let channel: any Channel
    private var incoming: AsyncStream<ByteBuffer>.Iterator
    private var buffer = ByteBuffer()

    /// Connects to a port of this machine. One that does not read leaves what comes to the system's buffers.
    init(port: Int, reads: Bool = true) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: reads)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
        incoming = stream.makeAsyncIterator()
    }

    /// Sends bytes as they are.
    func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

    /// Sends bytes as they are.
    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    /// A request's bytes.
    static func text(_ method: String, _ target: String, _ headers: [String: String] = [:]) -> String {
        let lines = headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
        return "\(method) \(target) HTTP/1.1\r\nHost: roost.test\r\n\(lines)\r\n"
    }

    /// Asks, and reads the whole answer.
    mutating func ask(
        _ method: String, _ target: String, _ headers: [String: String] = [:], body: [UInt8]? = nil
    ) async throws -> Reply {
        var headers = headers
        if let body { headers["Content-Length"] = String(body.count) }
        try await send(Array(Self.text(method, target, headers).utf8) + (body ?? []))
        return await reply(to: method)
    }

    /// The head of the next answer; its status is 0 when the connection ends first.
    mutating func head() async -> Reply {
        var reply = Reply()
        guard let status = await line()?.split(separator: " ").dropFirst().first else { return reply }
        reply.status = Int(status) ?? 0
        while let line = await line(), !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1)
            reply.headers.append((String(parts[0]), parts[1].drop { $0 == " " }.description))
        }
        return reply
    }

    /// The next answer; what came of it when the connection ends before it does.
    mutating func reply(to method: String = "GET") async -> Reply {
        var reply = await head()
        guard method != "HEAD", ![0, 100, 204, 304].contains(reply.status) else {
            reply.isComplete = reply.status != 0
            return reply
        }
        let length = reply["content-length"].flatMap { Int($0) } ?? 0
        reply.body = await bytes(length)
        reply.isComplete = reply.body.count == length
        return reply
    }

    /// Up to `count` bytes of a body; fewer when the connection ends.
    mutating func bytes(_ count: Int) async -> [UInt8] {
        while buffer.readableBytes < count, await receive() {}
        return buffer.readBytes(length: min(count, buffer.readableBytes)) ?? []
    }

    /// Whether the server ends the connection without sending anything more.
    mutating func isEnded() async -> Bool {
        if buffer.readableBytes > 0 { return false }
        let came = await receive()
        return !came
    }

    /// Says that nothing more will be sent.
    func finishSending() async throws { try await channel.close(mode: .output) }

    /// Leaves.
    func close() async {
        // Closed by the server already is as good.
        try? await channel.close()
    }

    private mutating func line() async -> String? {
        while true {
            let view = buffer.readableBytesView
            if let end = view.firstIndex(of: UInt8(ascii: "\n")) {
                let text = buffer.readString(length: end - view.startIndex + 1) ?? ""
                return text.filter { !$0.isNewline }
            }
            guard await receive() else { return nil }
        }
    }

    private mutating func receive() async -> Bool {
        guard var next = await incoming.next() else { return false }
        buffer.writeBuffer(&next)
        return true
    }
}
