import Catalog
import HTTPTypes
import NIOCore
import OCI

/// A complete answer to `GET` and `HEAD` of one target, ready to be written by the event loop.
struct HotAnswer: Sendable {
    /// Status line and headers, without `Date` and without the empty line that ends the head.
    let head: ByteBuffer
    let body: ByteBuffer
    /// What is answered with, for the access log and the times of use.
    let repository: Repository
    let reference: String
    let subject: Use.Subject
    /// Until when it may be used; nil for ever.
    let until: Timestamp?

    /// The answer that `answer` is, as long as nothing changes; nil when it is not one that can be kept.
    init?(_ answer: Answer, subject: Use.Subject, until: Timestamp?) {
        guard answer.status == .ok, case .bytes(let body) = answer.body, let repository = answer.repository,
            let reference = answer.reference
        else { return nil }
        var head = ByteBuffer(string: "HTTP/1.1 200 OK\r\n")
        for field in answer.headers { head.writeString("\(field.name.rawName): \(field.value)\r\n") }
        head.writeString("content-length: \(body.readableBytes)\r\n")
        self.head = head
        self.body = body
        self.repository = repository
        self.reference = reference
        self.subject = subject
        self.until = until
    }

    /// What it takes in memory, roughly.
    var cost: Int { head.readableBytes + body.readableBytes + 512 }
}
