/// What is broken at the moment.
struct HubFaults: Sendable {
    struct Status: Sendable {
        let target: HubTarget
        let code: Int
        let retryAfter: Int?
        let body: String?
        let headers: [String: String]
        var times: Int
    }

    struct Hang: Sendable {
        let target: HubTarget
        var times: Int
    }

    /// A place in a content, for as many answers as `times` says.
    struct Place: Sendable {
        let offset: Int
        var times: Int
    }

    struct Substitute: Sendable {
        let bytes: HubBytes
        /// Whether it goes out without `Content-Length`.
        let isChunked: Bool
        var times: Int
    }

    var statuses: [Status] = []
    var hangs: [Hang] = []
    var cuts: [String: Place] = [:]
    var holds: [String: Place] = [:]
    var substitutes: [String: Substitute] = [:]

    /// The status that `request` is to fail with, if it is; uses up one of its times.
    mutating func takeStatus(for request: HubRequest) -> Status? {
        guard let index = statuses.firstIndex(where: { $0.times > 0 && $0.target.matches(request) }) else { return nil }
        statuses[index].times -= 1
        return statuses[index]
    }

    /// Whether `request` is to hang; uses up one of the times.
    mutating func takeHang(for request: HubRequest) -> HubTarget? {
        guard let index = hangs.firstIndex(where: { $0.times > 0 && $0.target.matches(request) }) else { return nil }
        hangs[index].times -= 1
        return hangs[index].target
    }

    /// What is sent in place of this content, if anything.
    mutating func takeSubstitute(for digest: String) -> Substitute? {
        guard let found = substitutes[digest], found.times > 0 else { return nil }
        substitutes[digest]?.times -= 1
        return found
    }

    /// How many bytes of an answer with this content go out before its connection is cut, if it is to be.
    mutating func takeCut(for digest: String) -> Int? {
        guard let found = cuts[digest], found.times > 0 else { return nil }
        cuts[digest]?.times -= 1
        return found.offset
    }

    /// The offset in this content before which an answer waits, if it is to.
    mutating func takeHold(for digest: String) -> Int? {
        guard let found = holds[digest], found.times > 0 else { return nil }
        holds[digest]?.times -= 1
        return found.offset
    }
}
