import Catalog
import HTTPTypes
import NIOCore
import OCI
import TestSupport
import Testing

@testable import RegistryHTTP

@Suite("Answers kept in memory")
struct HotAnswersTests {
    private static let now = Timestamp(milliseconds: 1000)

    private func hot(
        _ name: String, origin: Origin = .local, size: Int = 100, until: Timestamp? = nil
    ) throws -> HotAnswer {
        let repository = Repository(origin: origin, name: try RepositoryName(name))
        let answer = Answer(
            status: .ok, headers: [.contentType: "a/b"], body: .bytes(ByteBuffer(repeating: 1, count: size)),
            outcome: "hit", repository: repository, reference: "latest")
        return try #require(HotAnswer(answer, subject: .blob(Digest(of: [1])), until: until))
    }

    @Test("what is kept is found until its time is over")
    func expiry() throws {
        let answers = HotAnswers()
        answers.keep(try hot("a", until: Timestamp(milliseconds: 2000)), for: "/a", since: answers.generation)
        #expect(answers.answer(for: "/a", now: Self.now) != nil)
        #expect(answers.answer(for: "/a", now: Timestamp(milliseconds: 1999)) != nil)
        #expect(answers.answer(for: "/a", now: Timestamp(milliseconds: 2000)) == nil)
        #expect(answers.answer(for: "/b", now: Self.now) == nil)
    }

    @Test("a target made long by parameters that mean nothing is not kept")
    func longTarget() throws {
        let answers = HotAnswers()
        let target = "/v2/a/blobs/x?n=" + String(repeating: "1", count: 2000)
        answers.keep(try hot("a"), for: target, since: answers.generation)
        #expect(answers.answer(for: target, now: Self.now) == nil)
    }

    @Test("an answer computed before a change is not kept after it")
    func generation() throws {
        let answers = HotAnswers()
        let before = answers.generation
        answers.invalidate(try RepositoryName("other"))
        answers.keep(try hot("a"), for: "/a", since: before)
        #expect(answers.answer(for: "/a", now: Self.now) == nil)
        answers.keep(try hot("a"), for: "/a", since: answers.generation)
        #expect(answers.answer(for: "/a", now: Self.now) != nil)
    }

    @Test("a change drops the name, wherever it led, and nothing else")
    func invalidation() throws {
        let answers = HotAnswers()
        let hub = Origin.upstream(.dockerHub)
        let kept = [
            ("/1", try hot("a")), ("/2", try hot("library/a", origin: hub)), ("/3", try hot("a", origin: hub)),
            ("/4", try hot("b/a")), ("/5", try hot("library/b", origin: hub)), ("/6", try hot("a/b")),
        ]
        for (target, answer) in kept { answers.keep(answer, for: target, since: answers.generation) }
        answers.invalidate(try RepositoryName("a"))
        let left = kept.map(\.0).filter { answers.answer(for: $0, now: Self.now) != nil }
        #expect(left == ["/4", "/5", "/6"])
    }

    @Test("memory is bounded, and what is asked for outlives what is not")
    func bound() throws {
        let answers = HotAnswers(limit: 64 << 10)
        answers.keep(try hot("often"), for: "/often", since: answers.generation)
        var kept = 0
        for round in 0..<1000 {
            answers.keep(try hot("a", size: 1000), for: "/\(round)", since: answers.generation)
            #expect(answers.answer(for: "/often", now: Self.now) != nil)
        }
        for round in 0..<1000 where answers.answer(for: "/\(round)", now: Self.now) != nil { kept += 1 }
        #expect(kept > 20 && kept <= 64)
    }

    @Test("one that is too large for the whole is not kept")
    func tooLarge() throws {
        let answers = HotAnswers(limit: 16 << 10)
        answers.keep(try hot("a", size: 4096), for: "/a", since: answers.generation)
        #expect(answers.answer(for: "/a", now: Self.now) == nil)
    }

    @Test("any sequence of keeping, asking and dropping leaves the bound intact")
    func fuzz() throws {
        var random = SeededGenerator(seed: 5)
        let answers = HotAnswers(limit: 64 << 10)
        for _ in 0..<5000 {
            let target = "/\(Int.random(in: 0..<50, using: &random))"
            switch Int.random(in: 0..<10, using: &random) {
            case 0: answers.invalidate(try RepositoryName("n\(Int.random(in: 0..<5, using: &random))"))
            case 1..<5: _ = answers.answer(for: target, now: Self.now)
            default:
                let name = "n\(Int.random(in: 0..<5, using: &random))"
                let size = Int.random(in: 0..<3000, using: &random)
                answers.keep(try hot(name, size: size), for: target, since: answers.generation)
            }
        }
        let cost = (0..<50).compactMap { answers.answer(for: "/\($0)", now: Self.now)?.cost }.reduce(0, +)
        #expect(cost > 0 && cost <= 64 << 10)
    }

    @Test("only a whole, successful answer to a known reference can be kept")
    func unfit() throws {
        let bytes = Answer.Body.bytes(ByteBuffer(repeating: 1, count: 3))
        let repository = try Repository.local(RepositoryName("a"))
        let fit = Answer(status: .ok, body: bytes, outcome: "hit", repository: repository, reference: "x")
        func kept(_ change: (inout Answer) -> Void) -> HotAnswer? {
            var answer = fit
            change(&answer)
            return HotAnswer(answer, subject: .blob(Digest(of: [1])), until: nil)
        }
        #expect(kept { _ in } != nil)
        #expect(kept { $0.status = .notFound } == nil)
        #expect(kept { $0.status = .partialContent } == nil)
        #expect(kept { $0.body = .none } == nil)
        #expect(kept { $0.repository = nil } == nil)
        #expect(kept { $0.reference = nil } == nil)
    }
}
