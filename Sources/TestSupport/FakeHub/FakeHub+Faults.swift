/// What can be broken, and mended.
extension FakeHub {
    // MARK: Whole requests

    /// Answers `target` with `code` instead, the next `times` times.
    ///
    /// - Parameters:
    ///   - retryAfter: `Retry-After` in seconds.
    ///   - body: plain text in place of an error in the distribution spec's JSON.
    ///   - headers: header fields of the answer, such as a `Location` or a challenge of the test's own.
    package func status(
        _ code: Int, for target: HubTarget, times: Int = .max, retryAfter: Int? = nil, body: String? = nil,
        headers: [String: String] = [:]
    ) {
        let fault = HubFaults.Status(
            target: target, code: code, retryAfter: retryAfter, body: body, headers: headers, times: times)
        core.withState { $0.faults.statuses.append(fault) }
    }

    /// Accepts the next `times` requests for `target` and says nothing until `release()`; then answers them.
    package func hang(_ target: HubTarget, times: Int = .max) {
        core.withState { $0.faults.hangs.append(HubFaults.Hang(target: target, times: times)) }
    }

    /// Ends every hang and hold, and answers everything that waited.
    package func release() {
        core.open(where: { _ in true }) { state in
            state.faults.hangs = []
            state.faults.holds = [:]
        }
    }

    /// Ends the hangs that were made for exactly `target`, and answers what waited because of them.
    package func release(_ target: HubTarget) {
        core.open(where: { $0 == .request(target) }) { state in
            state.faults.hangs.removeAll { $0.target == target }
        }
    }

    /// Mends everything and answers everything that waited. Does not bring the ports online.
    package func clearFaults() {
        core.open(where: { _ in true }) { $0.faults = HubFaults() }
    }

    // MARK: On the way

    /// Cuts the connection after `afterBytes` bytes of the body, in the next `times` answers with this content.
    package func cutBlob(_ digest: String, afterBytes: Int, times: Int = 1) {
        core.withState { $0.faults.cuts[digest] = HubFaults.Place(offset: afterBytes, times: times) }
    }

    /// Makes the next `times` answers with this content stop before its byte at offset `afterBytes`, counted from the
    /// start of the content even when a later `Range` is asked for, until `releaseBlob(_:)` or `release()`.
    package func holdBlob(_ digest: String, afterBytes: Int, times: Int = .max) {
        core.withState { $0.faults.holds[digest] = HubFaults.Place(offset: afterBytes, times: times) }
    }

    /// Ends the hold on this content and lets every answer that waits there go on.
    package func releaseBlob(_ digest: String) {
        core.open(where: { $0 == .content(digest: digest) }) { $0.faults.holds[digest] = nil }
    }

    // MARK: Wrong content

    /// Serves the content with its byte at `offset` (by default the middle one) changed, the next `times` times.
    /// `HEAD` and the digest header stay as they were. Works for blobs and manifests.
    ///
    /// - Throws: `FakeHubError.unknown` when nothing with this digest is stored.
    package func corrupt(_ digest: String, at offset: Int? = nil, times: Int = .max) throws {
        let bytes = try content(digest)
        substitute(digest, with: bytes.flipping(at: offset ?? bytes.count / 2), isChunked: false, times: times)
    }

    /// Serves `bytes` in place of the content, with their own length, the next `times` times. `HEAD` and the digest
    /// header stay as they were. Works for blobs and manifests.
    ///
    /// - Parameter isChunked: send it without `Content-Length`.
    package func substitute(_ digest: String, with bytes: [UInt8], isChunked: Bool = false, times: Int = .max) {
        substitute(digest, with: HubBytes(bytes), isChunked: isChunked, times: times)
    }

    /// Serves the content with spaces after it up to `size` bytes, so that it is longer than `HEAD` and descriptors
    /// announce. Still the same JSON, but not the same digest.
    ///
    /// - Parameter isChunked: send it without `Content-Length`.
    /// - Throws: `FakeHubError.unknown` when nothing with this digest is stored.
    package func inflate(_ digest: String, to size: Int, isChunked: Bool = false, times: Int = .max) throws {
        let bytes = try content(digest).array
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: max(0, size - bytes.count))
        substitute(digest, with: bytes + padding, isChunked: isChunked, times: times)
    }

    /// Serves only the first `size` bytes of the content, as if that were all, the next `times` times.
    ///
    /// - Throws: `FakeHubError.unknown` when nothing with this digest is stored.
    package func truncate(_ digest: String, to size: Int, times: Int = .max) throws {
        let bytes = try content(digest).array
        substitute(digest, with: Array(bytes.prefix(size)), times: times)
    }

    // MARK: Time

    /// Every token given so far is refused from now on.
    package func expireTokens() {
        core.withState { $0.tokens = [:] }
    }

    /// Every redirect given so far leads to 403 from now on.
    package func expireRedirects() {
        core.withState { $0.signatures = [] }
    }

    /// A new window of the pull limit begins.
    package func resetPulls() {
        core.withState { $0.pulls = [:] }
    }

    private func substitute(_ digest: String, with bytes: HubBytes, isChunked: Bool, times: Int) {
        let substitute = HubFaults.Substitute(bytes: bytes, isChunked: isChunked, times: times)
        core.withState { $0.faults.substitutes[digest] = substitute }
    }

    private func content(_ digest: String) throws -> HubBytes {
        let found = core.withState { state in
            state.repositories.values.lazy.compactMap { $0.blobs[digest] ?? $0.manifests[digest]?.bytes }.first
        }
        guard let found else { throw FakeHubError.unknown(digest) }
        return found
    }
}
