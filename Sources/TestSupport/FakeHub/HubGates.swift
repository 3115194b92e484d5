/// The answers that wait, or will wait, until a test lets them go on.
struct HubGates: Sendable {
    enum Kind: Sendable, Equatable {
        case request(HubTarget)
        case content(digest: String)
    }

    private struct Gate: Sendable {
        let kind: Kind
        /// Set once the answer has come to the gate.
        var resume: (@Sendable () -> Void)?
    }

    private var gates: [Int: Gate] = [:]
    private var nextID = 0

    /// Makes a closed gate.
    mutating func close(_ kind: Kind) -> Int {
        defer { nextID += 1 }
        gates[nextID] = Gate(kind: kind)
        return nextID
    }

    /// An answer has come to gate `id`: false when it has been opened meanwhile, and nothing will be called.
    mutating func arrive(at id: Int, resume: @escaping @Sendable () -> Void) -> Bool {
        guard gates[id] != nil else { return false }
        gates[id]?.resume = resume
        return true
    }

    /// Its connection is gone.
    mutating func abandon(_ id: Int) {
        gates[id] = nil
    }

    /// Opens the gates whose kind matches; the answers waiting at them, in the order in which the gates were made.
    mutating func open(where matches: (Kind) -> Bool) -> [@Sendable () -> Void] {
        let opened = gates.filter { matches($0.value.kind) }
        for id in opened.keys { gates[id] = nil }
        return opened.sorted { $0.key < $1.key }.compactMap(\.value.resume)
    }

    /// How many answers wait at gates whose kind matches.
    func waiting(where matches: (Kind) -> Bool) -> Int {
        gates.values.count { $0.resume != nil && matches($0.kind) }
    }
}
