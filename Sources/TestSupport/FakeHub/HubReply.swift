import NIOHTTP1

/// What the fake sends back: a head, the part of some bytes that follows it, and where to stop on the way.
struct HubReply: Sendable {
    /// A place in the content where the sending waits until the gate opens.
    struct Hold: Sendable {
        let gate: Int
        let offset: Int
    }

    var status: Int
    var headers = HTTPHeaders()
    /// The whole content, of which `range` is sent.
    var content = HubBytes([])
    var range = 0..<0
    /// Whether the head goes alone, as for `HEAD`.
    var isHeadOnly = false
    /// Whether the body goes out without `Content-Length`.
    var isChunked = false
    /// Cut the connection before the content's byte at this offset.
    var cutOffset: Int?
    /// Wait before the content's byte at this offset.
    var hold: Hold?
    /// The digest that sent bytes are counted for.
    var digest: String?

    /// An answer whose body is all of `text`.
    init(status: Int, type: String, text: String) {
        self.status = status
        content = HubBytes(Array(text.utf8))
        range = 0..<content.count
        headers.add(name: "Content-Type", value: type)
    }

    /// An answer without a body.
    init(status: Int) {
        self.status = status
    }

    /// An error as the distribution spec writes it.
    static func error(_ status: Int, _ code: String, _ message: String) -> HubReply {
        HubReply(
            status: status, type: "application/json",
            text: #"{"errors":[{"code":"\#(code)","message":"\#(message)"}]}"#
        )
    }

    static func json(_ text: String) -> HubReply {
        HubReply(status: 200, type: "application/json", text: text)
    }

    func adding(_ name: String, _ value: String?) -> HubReply {
        guard let value else { return self }
        var copy = self
        copy.headers.replaceOrAdd(name: name, value: value)
        return copy
    }
}

/// What the fake does with a request.
enum HubDecision: Sendable {
    case reply(HubReply)
    /// Say nothing until the gate opens, then decide anew.
    case hang(gate: Int)
}
