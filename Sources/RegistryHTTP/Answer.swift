import HTTPTypes
import Hummingbird
import NIOCore
import OCI

/// The answer to a request, before it becomes Hummingbird's: what is sent, and what the access log says of it.
struct Answer: Sendable {
    enum Body: Sendable {
        case none
        case bytes(ByteBuffer)
        case blob(BlobBody)
    }

    var status: HTTPResponse.Status
    var headers: HTTPFields = [:]
    var body: Body = .none
    /// What the access log calls this: `hit`, `miss`, `stale`, `push`, `delete`, `list`, `error`, …
    var outcome: String
    var repository: Repository?
    var reference: String?

    /// A JSON document.
    static func json(_ bytes: [UInt8], type: String = "application/json", outcome: String) -> Answer {
        Answer(
            status: .ok, headers: [.contentType: type], body: .bytes(ByteBuffer(bytes: bytes)), outcome: outcome)
    }
}
