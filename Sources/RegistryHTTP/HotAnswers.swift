import Catalog
import OCI
import Synchronization

/// The answers that are asked for most, in memory, by request target. Bounded in bytes.
///
/// A push, a mount or a deletion drops what is kept of that name, whatever its origin: it may even change where the name
/// leads.
final class HotAnswers: Sendable {
    private struct Entry {
        let answer: HotAnswer
        /// What the answer and the two copies of its target take.
        let cost: Int
        var isReferenced = false

        init(_ answer: HotAnswer, for target: String) {
            self.answer = answer
            self.cost = answer.cost + 2 * target.utf8.count
        }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// The targets in the order in which eviction looks at them (the clock algorithm).
        var ring: [String] = []
        var hand = 0
        var cost = 0
        /// Counts invalidations, so that an answer computed before one is not kept after it.
        var generation: UInt64 = 0
    }

    private static let maximumTarget = 1024

    private let limit: Int
    private let state = Mutex(State())

    /// Keeps at most `limit` bytes.
    init(limit: Int = 24 << 20) { self.limit = limit }

    /// A mark to be taken before an answer is computed, and given to ``keep(_:for:since:)``.
    var generation: UInt64 { state.withLock { $0.generation } }

    /// The answer for `target` if one is kept that may still be used.
    func answer(for target: String, now: Timestamp) -> HotAnswer? {
        state.withLock { state in
            guard let index = state.entries.index(forKey: target) else { return nil }
            let answer = state.entries.values[index].answer
            if let until = answer.until, until <= now { return nil }
            state.entries.values[index].isReferenced = true
            return answer
        }
    }

    /// Keeps `answer` for `target`, unless something changed since `generation`.
    func keep(_ answer: HotAnswer, for target: String, since generation: UInt64) {
        // A target can be made long at will, by parameters that mean nothing.
        guard answer.cost <= limit / 16, target.utf8.count <= Self.maximumTarget else { return }
        state.withLock { state in
            guard state.generation == generation else { return }
            let entry = Entry(answer, for: target)
            if let old = state.entries.updateValue(entry, forKey: target) {
                state.cost -= old.cost
            } else {
                state.ring.append(target)
            }
            state.cost += entry.cost
            evict(&state)
        }
    }

    /// Drops what is kept of repositories called `name`, at whichever origin.
    func invalidate(_ name: RepositoryName) {
        // What a bare name may have meant.
        let official = name.inLibrary
        state.withLock { state in
            state.generation &+= 1
            let dropped = state.entries.filter { $0.value.answer.repository.name.isOne(of: name, official) }
            guard !dropped.isEmpty else { return }
            for (target, entry) in dropped {
                state.cost -= entry.cost
                state.entries[target] = nil
            }
            state.ring.removeAll { dropped[$0] != nil }
            state.hand = 0
        }
    }

    private func evict(_ state: inout State) {
        while state.cost > limit, !state.ring.isEmpty {
            if state.hand >= state.ring.count { state.hand = 0 }
            let target = state.ring[state.hand]
            if state.entries[target]?.isReferenced == true {
                state.entries[target]?.isReferenced = false
                state.hand += 1
            } else {
                if let entry = state.entries.removeValue(forKey: target) { state.cost -= entry.cost }
                state.ring.swapAt(state.hand, state.ring.count - 1)
                state.ring.removeLast()
            }
        }
    }
}

extension RepositoryName {
    fileprivate func isOne(of name: RepositoryName, _ other: RepositoryName?) -> Bool { self == name || self == other }
}
