import Catalog
import OCI
import Synchronization
import Testing

@testable import Registry

@Suite("The log of uses")
struct UseLogTests {
    /// Keeps what is recorded, or fails while told to.
    private final class Records: UseRecords {
        let state = Mutex((uses: [Use.Subject: Timestamp](), batches: 0, failsAfter: Int.max))

        func record(_ uses: [Use]) async throws {
            try state.withLock { state in
                guard state.batches < state.failsAfter else { throw CatalogError("no") }
                state.batches += 1
                for use in uses { state.uses[use.subject] = use.at }
            }
        }

        func lastUse(of digest: Digest) async throws -> Timestamp? { state.withLock { $0.uses[.blob(digest)] } }
    }

    private let records = Records()

    private func subject(_ number: Int) -> Use.Subject { .blob(Digest(of: "\(number)".utf8)) }

    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    @Test("the latest time of each subject is written, once")
    func latest() async throws {
        let log = UseLog(catalog: records)
        let manifest = Use.Subject.manifest(Digest(of: [1]), in: try local("a"))
        for milliseconds: Int64 in [5, 9, 7] {
            log.record(subject(1), at: time(milliseconds))
            log.record(manifest, at: time(milliseconds + 1))
        }
        #expect(log.count == 2)
        try await log.flush()
        #expect(records.state.withLock { $0.uses } == [subject(1): time(9), manifest: time(10)])
        try await log.flush()
        #expect(records.state.withLock { $0.batches } == 1)
        #expect(log.count == 0)
    }

    @Test("a full log says that a flush is due, takes no new subject, and goes on with those it has")
    func full() async throws {
        let log = UseLog(catalog: records, limit: 3)
        #expect((1...4).map { log.record(subject($0), at: time(1)) } == [true, true, false, false])
        log.record(subject(2), at: time(5))
        log.record(subject(2), at: time(4))
        try await log.flush()
        #expect(
            records.state.withLock { $0.uses } == [subject(1): time(1), subject(2): time(5), subject(3): time(1)])
        #expect(log.record(subject(4), at: time(1)))
    }

    @Test("what could not be written stays, and later times win")
    func failure() async throws {
        let log = UseLog(catalog: records)
        records.state.withLock { $0.failsAfter = 1 }
        for number in 0..<12_000 { log.record(subject(number), at: time(1)) }
        await #expect(throws: CatalogError.self) { try await log.flush() }
        #expect(log.count == 7_000)
        for number in 0..<12_000 { log.record(subject(number), at: time(2)) }
        records.state.withLock { $0.failsAfter = .max }
        try await log.flush()
        let uses = records.state.withLock { $0.uses }
        #expect(uses.count == 12_000)
        #expect(uses.values.allSatisfy { $0 == time(2) })
    }

    @Test("uses are noted from many threads at once")
    func concurrent() async throws {
        let log = UseLog(catalog: records)
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for number in 0..<500 { log.record(subject(number), at: time(Int64(number))) }
                }
            }
        }
        try await log.flush()
        #expect(records.state.withLock { $0.uses.count } == 500)
    }
}
