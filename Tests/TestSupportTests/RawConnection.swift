import NIOCore
import NIOPosix

/// A very small HTTP client that hides nothing: what it sends and what it gets are the bytes on the wire.
struct RawConnection {
    struct Response {
        var status = 0
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []
        /// Whether the body ended where the head said it would.
        var isComplete = false

        var text: String { String(decoding: body, as: UTF8.self) }

        subscript(name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let continuation: AsyncStream<ByteBuffer>.Continuation

        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            continuation.yield(unwrapInboundIn(data))
        }

        func channelInactive(context: ChannelHandlerContext) {
            continuation.finish()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    private let channel: any Channel
    private var incoming: AsyncStream<ByteBuffer>.Iterator
    private var buffer = ByteBuffer()

    /// Connects to `http://HOST:PORT…`.
    init(_ url: String) async throws {
        let authority = url.split(separator: "/")[1].split(separator: ":")
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                }
            }
            .connect(host: String(authority[0]), port: Int(authority[1]) ?? 0)
            .get()
        incoming = stream.makeAsyncIterator()
    }

    /// Asks and reads the whole answer on a connection of its own.
    static func fetch(
        _ method: String = "GET", _ url: String, _ headers: [String: String] = [:]
    ) async throws -> Response {
        var connection = try await RawConnection(url)
        try await connection.send(method, path(of: url), headers)
        let response = try await connection.response(to: method)
        await connection.close()
        return response
    }

    static func path(of url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        return parts.count > 2 ? "/\(parts[2])" : "/"
    }

    func send(_ method: String, _ path: String, _ headers: [String: String] = [:]) async throws {
        try await send([(method, path)], headers)
    }

    /// Sends several requests in one write.
    func send(_ requests: [(method: String, path: String)], _ headers: [String: String] = [:]) async throws {
        let lines = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
        let text = requests.map { "\($0.method) \($0.path) HTTP/1.1\r\nHost: test\r\n\(lines)\r\n" }.joined()
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    /// The head of the next answer.
    mutating func head() async throws -> Response {
        var response = Response()
        guard let status = await line()?.split(separator: " ").dropFirst().first else { return response }
        response.status = Int(status) ?? 0
        while let line = await line(), !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1)
            response.headers.append((String(parts[0]), parts[1].drop { $0 == " " }.description))
        }
        return response
    }

    /// The next answer; what came of it when the connection ends before it does.
    mutating func response(to method: String = "GET") async throws -> Response {
        var response = try await head()
        guard response.status != 0, method != "HEAD" else {
            response.isComplete = response.status != 0
            return response
        }
        if let length = response["content-length"].flatMap({ Int($0) }) {
            response.body = await bytes(length)
            response.isComplete = response.body.count == length
            return response
        }
        while let size = await line().flatMap({ Int($0, radix: 16) }) {
            let chunk = await bytes(size)
            response.body += chunk
            let end = await line()
            if size == 0 {
                response.isComplete = end != nil
                break
            }
        }
        return response
    }

    /// Up to `count` bytes of a body; fewer when the connection ends.
    mutating func bytes(_ count: Int) async -> [UInt8] {
        while buffer.readableBytes < count, await receive() {}
        return buffer.readBytes(length: min(count, buffer.readableBytes)) ?? []
    }

    /// Whether the other side closes the connection without sending anything more.
    mutating func isClosedByPeer() async -> Bool {
        let came = await receive()
        return !came && buffer.readableBytes == 0
    }

    func close() async {
        // Closed by the other side already is as good.
        try? await channel.close()
    }

    private mutating func line() async -> String? {
        while true {
            let view = buffer.readableBytesView
            if let end = view.firstIndex(of: UInt8(ascii: "\n")) {
                let text = buffer.readString(length: end - view.startIndex + 1)
                return text.map { String($0.filter { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }) }
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
