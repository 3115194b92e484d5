/// A pattern over repository names: `*` stands for any run of characters within one path segment (none included),
/// `**` for any run across segments; everything else stands for itself. The whole name has to match.
///
/// `team/*` matches `team/app` but not `team/app/base`; `team/**` matches both.
package struct NamePattern: Sendable, Hashable, CustomStringConvertible {
    /// Why a text is no pattern: what is wrong, then what to do.
    package struct Invalid: Error, Sendable, Equatable, CustomStringConvertible {
        /// One line for the person who wrote the pattern.
        package let message: String

        package var description: String { message }
    }

    private enum Piece: Hashable {
        case byte(UInt8)
        case withinSegment
        case acrossSegments
    }

    /// The longest pattern taken, in bytes: repository names are not longer either.
    package static let maximumLength = 255

    /// The pattern as it was written.
    package let description: String
    private let pieces: [Piece]

    /// Reads a pattern of at most 255 bytes out of `a-z 0-9 . _ - /` and `*`.
    package init(_ text: String) throws(Invalid) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else {
            throw Invalid(message: "a name pattern is empty; write a repository name such as team/* or remove it")
        }
        guard bytes.count <= Self.maximumLength else {
            throw Invalid(message: "a name pattern has \(bytes.count) bytes; write at most \(Self.maximumLength)")
        }
        var pieces: [Piece] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "*"):
                // A second star widens the first; further ones change nothing.
                if pieces.last == .withinSegment || pieces.last == .acrossSegments {
                    pieces[pieces.count - 1] = .acrossSegments
                } else {
                    pieces.append(.withinSegment)
                }
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "/"):
                pieces.append(.byte(byte))
            default:
                throw Invalid(
                    message: "a name pattern has a character that no repository name has; "
                        + "use a-z, 0-9, '.', '_', '-', '/' and '*'")
            }
        }
        self.description = text
        self.pieces = pieces
    }

    /// Whether the whole of `name` matches. Takes at most (length of the pattern × length of the name) steps.
    package func matches(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { matches($0) }
    }

    /// Tries the shortest run for every star and lengthens the last one that can still grow. Giving an *earlier* star
    /// of the same kind a longer run never helps, so two marks are enough: one for each kind.
    private func matches(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        var piece = 0
        var position = 0
        var within: Retry?
        var across: Retry?
        while true {
            if piece == pieces.count, position == name.count { return true }
            if piece < pieces.count {
                switch pieces[piece] {
                case .byte(let byte):
                    if position < name.count, name[position] == byte {
                        piece += 1
                        position += 1
                        continue
                    }
                case .withinSegment:
                    piece += 1
                    within = Retry(piece: piece, position: position)
                    continue
                case .acrossSegments:
                    piece += 1
                    across = Retry(piece: piece, position: position)
                    within = nil
                    continue
                }
            }
            if var retry = within, retry.position < name.count, name[retry.position] != UInt8(ascii: "/") {
                retry.position += 1
                within = retry
                (piece, position) = (retry.piece, retry.position)
            } else if var retry = across, retry.position < name.count {
                retry.position += 1
                across = retry
                within = nil
                (piece, position) = (retry.piece, retry.position)
            } else {
                return false
            }
        }
    }

    /// Where to go on after a star: the piece behind it, and where in the name its run ends so far.
    private struct Retry {
        let piece: Int
        var position: Int
    }
}
