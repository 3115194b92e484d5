import Foundation
import GRDB
import OCI
import Testing

@testable import Catalog

@Suite("Digests in the database")
struct StoredDigestTests {
    @Test("take a byte and their hash, and come back", arguments: Digest.Algorithm.allCases)
    func roundTrip(_ algorithm: Digest.Algorithm) throws {
        for seed in 0..<500 {
            let digest = Digest(of: Array("\(seed)".utf8), algorithm: algorithm)
            let stored = try #require(Data.fromDatabaseValue(digest.databaseValue))
            #expect(stored.count == 1 + algorithm.hexLength / 2)
            #expect(Digest.fromDatabaseValue(stored.databaseValue) == digest)
        }
    }

    @Test("compare as their text does")
    func order() throws {
        let digests = (0..<200).flatMap { seed in
            Digest.Algorithm.allCases.map { Digest(of: Array("\(seed)".utf8), algorithm: $0) }
        }
        let stored = try digests.map { ($0, try #require(Data.fromDatabaseValue($0.databaseValue))) }
        let byBytes = stored.sorted { $0.1.lexicographicallyPrecedes($1.1) }.map(\.0)
        #expect(byBytes == digests.sorted())
    }

    @Test(
        "are refused when the bytes are not those of a digest",
        arguments: [[], [1], [0] + Array(repeating: 7, count: 32), [2] + Array(repeating: 7, count: 32)] as [[UInt8]])
    func refused(_ bytes: [UInt8]) {
        #expect(Digest.fromDatabaseValue(Data(bytes).databaseValue) == nil)
    }
}
