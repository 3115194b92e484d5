/// What the fake was asked, and waiting until it is.
extension FakeHub {
    // MARK: Counting

    /// Every request so far, in the order in which they came.
    package var requests: [RecordedRequest] {
        core.withState { $0.requests }
    }

    /// The requests of one part of the fake.
    package func requests(to listener: RecordedRequest.Listener) -> [RecordedRequest] {
        requests.filter { $0.listener == listener }
    }

    /// Forgets the requests and the bytes counted so far.
    package func forgetRequests() {
        core.withState { state in
            state.requests = []
            state.bytesSent = [:]
        }
    }

    /// How many requests there were with this method and this text in their path, on any listener and with any answer.
    package func count(_ method: String, containing text: String) -> Int {
        requests.count { $0.method == method && $0.path.contains(text) }
    }

    /// How many `GET`s of manifests the registry was asked, whatever it answered.
    package var manifestGets: Int { manifestRequests("GET") }

    /// How many `HEAD`s of manifests the registry was asked, whatever it answered.
    package var manifestHeads: Int { manifestRequests("HEAD") }

    /// How many times the bytes of this blob were asked for where they are: on the CDN, or on the registry when that
    /// answered with them itself.
    package func blobGets(_ digest: String) -> Int {
        requests.count { request in
            guard request.method == "GET", request.path.hasSuffix(digest) else { return false }
            if request.path == "/blob/\(digest)" { return true }
            return request.path.contains("/blobs/") && (request.status == 200 || request.status == 206)
        }
    }

    /// How many tokens the token endpoint was asked for, whatever it answered.
    package var tokenRequests: Int {
        requests.count { $0.listener == .auth && $0.path == "/token" }
    }

    /// The pulls counted against `account`, or against those without one.
    package func pulls(account: String? = nil) -> Int {
        core.withState { $0.pulls[account ?? "", default: 0] }
    }

    /// How many bytes of this content were sent, over all answers. Counted when they are handed to the connection,
    /// which is a little before they have left.
    package func bytesSent(of digest: String) -> Int {
        core.withState { $0.bytesSent[digest, default: 0] }
    }

    // MARK: Waiting

    /// Waits until `count` requests match, those of the past included. The last of them.
    ///
    /// - Parameter timeout: in real time, only so that a broken test ends; no test should come near it.
    /// - Throws: `FakeHubError.nothingCame` after `timeout`; `CancellationError` when the task is cancelled.
    @discardableResult
    package func waitFor(
        count: Int = 1, timeout: Duration = .seconds(30),
        requestMatching matches: @escaping @Sendable (RecordedRequest) -> Bool
    ) async throws -> RecordedRequest {
        try await core.wait(for: "\(count) matching requests", timeout: timeout) { state in
            state.requests.count(where: matches) >= count
        }
        let matching = requests.filter(matches)
        guard matching.count >= count, count > 0 else {
            throw FakeHubError.unknown("request any more: they were forgotten while it was waited for")
        }
        return matching[count - 1]
    }

    /// Waits until there were `count` requests with this method and this text in their path. The last of them.
    ///
    /// - Throws: as `waitFor(count:timeout:requestMatching:)`.
    @discardableResult
    package func waitFor(
        _ method: String, containing text: String, count: Int = 1, timeout: Duration = .seconds(30)
    ) async throws -> RecordedRequest {
        try await waitFor(count: count, timeout: timeout) { $0.method == method && $0.path.contains(text) }
    }

    /// Waits until `count` answers wait at the hold on this content, all bytes before it given to the system.
    ///
    /// - Throws: as `waitFor(count:timeout:requestMatching:)`.
    package func waitUntilHeld(_ digest: String, count: Int = 1, timeout: Duration = .seconds(30)) async throws {
        try await core.wait(for: "\(count) answers held at \(digest)", timeout: timeout) { state in
            state.gates.waiting { $0 == .content(digest: digest) } >= count
        }
    }

    /// Waits until exactly nobody waits at the hold on this content any more, because they were released or left.
    ///
    /// - Throws: as `waitFor(count:timeout:requestMatching:)`.
    package func waitUntilNoneHeld(_ digest: String, timeout: Duration = .seconds(30)) async throws {
        try await core.wait(for: "nobody to be held at \(digest)", timeout: timeout) { state in
            state.gates.waiting { $0 == .content(digest: digest) } == 0
        }
    }

    /// Waits until `count` requests hang because of `hang(target)`.
    ///
    /// - Throws: as `waitFor(count:timeout:requestMatching:)`.
    package func waitUntilHanging(_ target: HubTarget, count: Int = 1, timeout: Duration = .seconds(30)) async throws {
        try await core.wait(for: "\(count) requests hanging for \(target)", timeout: timeout) { state in
            state.gates.waiting { $0 == .request(target) } >= count
        }
    }

    private func manifestRequests(_ method: String) -> Int {
        requests.count { $0.listener == .registry && $0.method == method && $0.path.contains("/manifests/") }
    }
}
