import HTTPTypes
import Hummingbird
import NIOCore

extension RegistryResponder {
    /// Hummingbird's form of `answer`. `log` is called once, when the last byte has left or the client is gone.
    func response(
        to request: Request, _ answer: Answer, on channel: any Channel,
        log: @escaping @Sendable (_ bytes: Int, _ outcome: String) -> Void
    ) -> Response {
        var headers = answer.headers
        switch answer.body {
        case .none:
            log(0, answer.outcome)
            if headers[.contentLength] == nil, answer.status != .noContent { headers[.contentLength] = "0" }
            return Response(
                status: answer.status, headers: headers,
                body: ResponseBody(contentLength: nil) { writer in
                    try await writer.finish(nil)
                })
        case .bytes(let buffer):
            let isHead = request.method == .head
            log(isHead ? 0 : buffer.readableBytes, answer.outcome)
            headers[.contentLength] = String(buffer.readableBytes)
            return Response(status: answer.status, headers: headers, body: isHead ? .init() : .init(byteBuffer: buffer))
        case .blob(let blob):
            headers[.contentLength] = String(blob.range.count)
            if request.method == .head {
                log(0, answer.outcome)
                return Response(status: answer.status, headers: headers, body: .init())
            }
            let outcome = answer.outcome
            let body = ResponseBody(contentLength: blob.range.count) { writer in
                var bytes = 0
                do {
                    try await blob.write(to: channel) { bytes += $0 }
                } catch {
                    log(bytes, "\(outcome)-aborted")
                    // Short of the announced length: closing is the only way to tell the client.
                    channel.close(promise: nil)
                    throw error
                }
                log(bytes, outcome)
                try await writer.finish(nil)
            }
            return Response(status: answer.status, headers: headers, body: body)
        }
    }
}
