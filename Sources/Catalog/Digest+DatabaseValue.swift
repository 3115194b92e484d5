import FoundationEssentials
import GRDB
import OCI

/// How a digest is stored: one byte for the algorithm, then the raw hash, 33 or 65 bytes in all. They compare as the
/// digests' text does.
extension Digest: DatabaseValueConvertible {
    var databaseValue: DatabaseValue {
        var stored = Data(capacity: 1 + algorithm.hexLength / 2)
        stored.append(algorithm.storedByte)
        var high: UInt8?
        for character in hex.utf8 {
            let nibble =
                character < UInt8(ascii: "a") ? character - UInt8(ascii: "0") : character - UInt8(ascii: "a") + 10
            if let upper = high {
                stored.append(upper << 4 | nibble)
                high = nil
            } else {
                high = nibble
            }
        }
        return stored.databaseValue
    }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Digest? {
        guard let stored = Data.fromDatabaseValue(value), let first = stored.first,
            let algorithm = Algorithm.allCases.first(where: { $0.storedByte == first })
        else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        var text = Array("\(algorithm.rawValue):".utf8)
        text.reserveCapacity(text.count + algorithm.hexLength)
        for byte in stored.dropFirst() {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return try? Digest(String(decoding: text, as: UTF8.self))
    }
}

extension Digest.Algorithm {
    /// The byte that stands for the algorithm in the database; never to be changed.
    fileprivate var storedByte: UInt8 {
        switch self {
        case .sha256: 1
        case .sha512: 2
        }
    }
}
