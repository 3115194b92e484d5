/// Decides whether a broken download is taken up again. A value.
///
/// As long as each attempt brings bytes, there is no end of attempts; attempts that bring none are few and spaced.
struct FillRetry: Sendable, Hashable {
    enum Action: Sendable, Hashable {
        case retry(after: Duration)
        case giveUp
    }

    /// How many attempts in a row may bring nothing.
    static let limit = 5
    private var fruitless = 0
    private var lastOffset = 0

    /// The download broke off with `offset` bytes there.
    mutating func broke(at offset: Int) -> Action {
        if offset > lastOffset {
            lastOffset = offset
            fruitless = 0
            return .retry(after: .zero)
        }
        fruitless += 1
        if fruitless >= Self.limit { return .giveUp }
        return .retry(after: .milliseconds(100 << fruitless))
    }
}
