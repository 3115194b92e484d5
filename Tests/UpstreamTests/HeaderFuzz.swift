import TestSupport

/// Header fields that no one should send: pieces of right ones, shuffled, and plain noise.
struct HeaderFuzz: Sequence, IteratorProtocol {
    private var generator: SeededGenerator
    private var left: Int
    private let pieces: [String]

    /// `count` fields made of `pieces`, the same for the same `seed`.
    init(seed: UInt64, count: Int, pieces: [String]) {
        generator = SeededGenerator(seed: seed)
        left = count
        self.pieces = pieces
    }

    mutating func next() -> String? {
        guard left > 0 else { return nil }
        left -= 1
        var text = ""
        for _ in 0..<Int.random(in: 0...8, using: &generator) {
            if Bool.random(using: &generator), let piece = pieces.randomElement(using: &generator) {
                text += piece
            } else {
                let bytes = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                text += String(decoding: bytes, as: UTF8.self)
            }
        }
        return text
    }
}
