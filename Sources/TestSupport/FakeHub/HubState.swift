/// Everything the fake knows. A value: the listeners share one behind the lock of `HubCore`.
struct HubState: Sendable {
    struct Manifest: Sendable {
        let mediaType: String
        let bytes: HubBytes
    }

    struct Repository: Sendable {
        var manifests: [String: Manifest] = [:]
        var tags: [String: String] = [:]
        var blobs: [String: HubBytes] = [:]
        /// Descriptors, as JSON, by the digest of their subject.
        var referrers: [String: [String]] = [:]
        /// The accounts that may read it; `nil` for everyone.
        var readers: Set<String>?
    }

    struct Account: Sendable {
        let password: String
        let pullLimit: Int?
    }

    struct Token: Sendable {
        /// Names of the repositories that it may pull from.
        let repositories: Set<String>
        let account: String?
    }

    var addresses: [RecordedRequest.Listener: String] = [:]
    var behaviour = HubBehaviour()
    var faults = HubFaults()
    var gates = HubGates()
    var repositories: [String: Repository] = [:]
    var accounts: [String: Account] = [:]
    var tokens: [String: Token] = [:]
    var signatures: Set<String> = []
    /// Pulls by account; those of nobody under the empty name.
    var pulls: [String: Int] = [:]
    var bytesSent: [String: Int] = [:]
    var requests: [RecordedRequest] = []
    var waiters: [HubWaiter] = []
    /// Why waits ended that were cancelled, or took too long, before they could be entered above.
    var endedWaits: [Int: any Error] = [:]
    private var nextNumber = 0

    /// A number never given before.
    mutating func takeNumber() -> Int {
        defer { nextNumber += 1 }
        return nextNumber
    }

    func address(of listener: RecordedRequest.Listener) -> String {
        addresses[listener] ?? "http://127.0.0.1:0"
    }

    /// Notes that `request` was asked. Its number.
    mutating func record(_ request: HubRequest) -> Int {
        let id = takeNumber()
        requests.append(
            RecordedRequest(
                id: id, connection: request.connection, listener: request.listener, method: request.method,
                path: request.path, query: request.query, headers: request.headers, account: nil, status: nil
            )
        )
        return id
    }

    mutating func settle(_ id: Int, status: Int, account: String?) {
        guard let index = requests.lastIndex(where: { $0.id == id }) else { return }
        requests[index].status = status
        requests[index].account = account
    }

    mutating func takeSatisfiedWaiters() -> [HubWaiter] {
        guard !waiters.isEmpty else { return [] }
        var satisfied: [HubWaiter] = []
        var waiting: [HubWaiter] = []
        for waiter in waiters {
            if waiter.isSatisfied(self) { satisfied.append(waiter) } else { waiting.append(waiter) }
        }
        waiters = waiting
        return satisfied
    }
}

/// A test that waits until something is true of the fake.
struct HubWaiter: Sendable {
    let id: Int
    let isSatisfied: @Sendable (HubState) -> Bool
    let continuation: CheckedContinuation<Void, any Error>
}
