import Upstream

/// Decides whether a broken download is taken up again. A value.
///
/// As long as each attempt brings bytes, there is no end of attempts; attempts that bring none are few and spaced. Before
/// the first byte there is one more: clients wait without an answer then, and have other places to ask.
struct FillRetry: Sendable, Hashable {
    enum Action: Sendable, Hashable {
        case retry(after: Duration)
        case giveUp
    }

    /// How many attempts in a row may bring nothing once there are bytes to lose.
    static let limit = 8
    /// How many may bring nothing before.
    static let limitBeforeFirstByte = 2
    /// The longest pause between two attempts.
    static let longestPause: Duration = .seconds(5)
    /// Attempts in a row may bring less than this so many times before pauses come between them: an upstream that sends a
    /// byte and hangs up would otherwise be asked without end and without pause.
    static let meagre = 64 << 10
    static let meagreLimit = 16
    private var fruitless = 0
    private var meagreAttempts = 0
    private var lastOffset = 0

    /// The download broke off with `offset` bytes there.
    mutating func broke(at offset: Int, by error: UpstreamError) -> Action {
        switch error {
        case .notFound, .denied, .corrupt: return .giveUp
        case .rateLimited where offset == 0: return .giveUp
        case .rateLimited, .unavailable: break
        }
        if offset > lastOffset {
            meagreAttempts = offset - lastOffset < Self.meagre ? meagreAttempts + 1 : 0
            lastOffset = offset
            fruitless = 0
            return .retry(after: meagreAttempts > Self.meagreLimit ? Self.longestPause : .zero)
        }
        fruitless += 1
        if fruitless >= (offset == 0 ? Self.limitBeforeFirstByte : Self.limit) { return .giveUp }
        return .retry(after: min(.milliseconds(100 << fruitless), Self.longestPause))
    }
}
