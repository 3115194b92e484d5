/// Why the fake Hub could not do what a test asked of it.
package enum FakeHubError: Error, CustomStringConvertible {
    /// What a test waited for did not happen in time.
    case nothingCame(awaited: String, asked: [String])
    /// A port could not be reserved; `code` is the system's `errno`.
    case noPort(code: Int32)
    /// A tag or repository was named that the fake was never given.
    case unknown(String)

    /// A sentence for the test's log.
    package var description: String {
        switch self {
        case .nothingCame(let awaited, let asked):
            "The fake Hub waited in vain for \(awaited). It was asked:\n" + asked.joined(separator: "\n")
        case .noPort(let code): "No loopback port could be reserved for the fake Hub (errno \(code))."
        case .unknown(let what): "The fake Hub has no \(what)."
        }
    }
}
