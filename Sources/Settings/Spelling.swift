/// Finds what a mistyped key was meant to be.
enum Spelling {
    /// The known word at the smallest edit distance, if it is near enough to be what was meant.
    static func closest(to word: String, among known: [String]) -> String? {
        guard word.utf8.count <= 64 else { return nil }
        let allowed = word.utf8.count <= 4 ? 1 : word.utf8.count <= 8 ? 2 : 3
        return known.map { (word: $0, distance: distance(word.lowercased(), $0)) }
            .filter { $0.distance <= allowed }
            .min { $0.distance < $1.distance }?.word
    }

    /// How many characters have to be inserted, deleted, replaced or swapped with a neighbour (optimal string
    /// alignment distance).
    private static func distance(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left.utf8), Array(right.utf8))
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
