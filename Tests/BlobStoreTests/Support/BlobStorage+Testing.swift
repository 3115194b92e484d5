import OCI
import Testing

@testable import BlobStore

extension BlobWriting {
    func append(_ bytes: some Collection<UInt8> & Sendable, to partial: PartialBlob) async throws {
        try await executor.run { try Array(bytes).withUnsafeBytes { try partial.append($0) } }
    }

    /// Stores `bytes` and returns their digest.
    func store(
        _ bytes: [UInt8], algorithm: Digest.Algorithm = .sha256, durability: Durability = .immediate,
        id: String = "p-\(UInt64.random(in: 0 ... .max))"
    ) async throws -> Digest {
        let digest = Digest(of: bytes, algorithm: algorithm)
        let partial = try await begin(id)
        try await append(bytes, to: partial)
        try await commit(partial, as: digest, durability: durability)
        return digest
    }
}

extension BlobReading {
    /// All bytes of a stored blob, nil when it is not stored.
    func contents(of digest: Digest) async throws -> [UInt8]? {
        try await open(digest)?.follow(from: 0)
    }
}

extension BlobReader {
    /// Reads from `offset` to the end, waiting for what is not there yet.
    func follow(from start: Int, window: Int = 64 << 10) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var offset = start
        while offset < size {
            let end = try await available(beyond: offset)
            while offset < end {
                let part = try read(at: offset, count: min(window, end - offset))
                try #require(!part.isEmpty)
                bytes += part
                offset += part.count
            }
        }
        return bytes
    }
}

extension BlobGrowth {
    /// Returns once `count` wait for more, or the test's time is up.
    func waiters(reach count: Int) async {
        while waiterCount < count && !Task.isCancelled { await Task.yield() }
    }
}

/// Which kind of ``StorageError`` `body` throws, nil when it throws none or another error.
func failure(_ body: () async throws -> Void) async -> StorageError.Kind? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? StorageError)?.kind
    }
}

/// Expects `body` to throw a ``StorageError`` of this kind.
func expectFailure(
    _ kind: StorageError.Kind, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    let actual = await failure(body)
    #expect(actual == kind, sourceLocation: sourceLocation)
}

/// A generator of reproducible random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: next()) { bytes += $0 } }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
