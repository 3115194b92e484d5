/// What the access log says of one request.
package struct AccessRecord: Sendable, Equatable {
    /// For whom the request was answered: an address.
    package var client: String
    /// The request's method, as it was sent.
    package var method: String
    /// The request's path, as it was sent.
    package var target: String
    /// The answer's status.
    package var status: Int
    /// Origin and name of the repository, when the request was about one.
    package var repository: String?
    /// The tag or digest asked for, when there was one.
    package var reference: String?
    /// What became of it: `hit`, `miss`, `stale`, `push`, …
    package var outcome: String
    /// Bytes of the answer's body that were sent.
    package var bytes: Int
    /// From the request's head to the end of the answer.
    package var duration: Duration
    /// What the client calls itself.
    package var userAgent: String?

    /// The record of one request.
    package init(
        client: String, method: String, target: String, status: Int, repository: String? = nil,
        reference: String? = nil, outcome: String, bytes: Int, duration: Duration, userAgent: String? = nil
    ) {
        self.client = client
        self.method = method
        self.target = target
        self.status = status
        self.repository = repository
        self.reference = reference
        self.outcome = outcome
        self.bytes = bytes
        self.duration = duration
        self.userAgent = userAgent
    }
}
