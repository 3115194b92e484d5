import Catalog
import OCI
import TestSupport
import Testing
import Upstream

@testable import PullThrough

@Suite("Decisions")
struct DecisionTests {
    private func router() throws -> Router {
        Router(
            upstreams: [.dockerHub, try UpstreamHost("ghcr.io"), try UpstreamHost("registry.example:5000")],
            defaultUpstream: .dockerHub, local: [try NamePattern("team/**"), try NamePattern("library/ours")])
    }

    static let routes: [(String, String?, String?)] = [
        ("ubuntu", nil, "docker.io/library/ubuntu"),
        ("bitnami/redis", nil, "docker.io/bitnami/redis"),
        ("library/ubuntu", nil, "docker.io/library/ubuntu"),
        ("docker.io/ubuntu", nil, "docker.io/library/ubuntu"),
        ("docker.io/library/ubuntu", nil, "docker.io/library/ubuntu"),
        ("docker.io", nil, "docker.io/library/docker.io"),
        ("ghcr.io/a/b", nil, "ghcr.io/a/b"),
        ("ghcr.io/single", nil, "ghcr.io/single"),
        ("quay.io/a/b", nil, "docker.io/quay.io/a/b"),
        ("owned/app", nil, "owned/app"),
        ("owned", nil, "owned"),
        ("team/app", nil, "team/app"),
        ("team/a/b", nil, "team/a/b"),
        ("library/ours", nil, "library/ours"),
        ("ubuntu", "docker.io", "docker.io/library/ubuntu"),
        ("a/b", "GHCR.io", "ghcr.io/a/b"),
        ("single", "ghcr.io", "ghcr.io/single"),
        ("a/b", "registry.example:5000", "registry.example:5000/a/b"),
        ("owned/app", "docker.io", "docker.io/owned/app"),
        ("a/b", "unknown.example", nil),
        ("a/b", "127.0.0.1", nil),
        ("a/b", "", nil),
        ("a/b", "local", nil),
        ("a/b", "http://ghcr.io", nil),
        ("a/b", "ghcr.io/evil", nil),
    ]

    @Test("a name leads to one repository", arguments: routes)
    func route(_ name: String, _ namespace: String?, _ repository: String?) throws {
        let routed = try router().route(try RepositoryName(name), namespace: namespace) {
            ["owned", "owned/app"].contains($0.description)
        }
        #expect(routed?.description == repository)
        if let repository, repository == name, namespace == nil, !repository.contains(".") {
            #expect(routed?.origin == .local || name == "library/ubuntu")
        }
    }

    @Test("no namespace that is not configured leads anywhere")
    func namespaces() throws {
        let router = try router()
        let name = try RepositoryName("a/b")
        var generator = SeededGenerator(seed: 31)
        let pieces = ["docker.io", "ghcr.io", ".", ":", "/", "@", "5000", "%", " ", "\u{0}", "registry.example", "é"]
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                text += pieces.randomElement(using: &generator) ?? ""
            }
            let known = ["docker.io", "ghcr.io", "registry.example:5000"].contains(text)
            #expect((router.route(name, namespace: text) { _ in true } != nil) == known, "\(text)")
        }
    }

    @Test("without a default upstream a bare name is local")
    func noDefault() throws {
        let name = try RepositoryName("ubuntu")
        let router = Router(upstreams: [], defaultUpstream: nil, local: [])
        #expect(router.route(name, namespace: nil) { _ in false } == .local(name))
        #expect(router.shadowed(by: name) == nil)
    }

    @Test(
        "freshness ends when its time has passed, and when the clock was set back",
        arguments: [
            (300, 0, true), (300, 299_999, true), (300, 300_000, false), (300, -1, false), (0, 0, false), (0, 1, false),
        ] as [(Int, Int64, Bool)])
    func freshness(_ limit: Int, _ age: Int64, _ isFresh: Bool) {
        let checked = Timestamp(milliseconds: 1_700_000_000_000)
        let now = Timestamp(milliseconds: checked.milliseconds + age)
        #expect(Freshness(limit: .seconds(limit)).isFresh(checkedAt: checked, now: now) == isFresh)
    }

    @Test("a download that brings bytes is taken up without end and without pause")
    func fruitful() {
        var retry = FillRetry()
        for attempt in 1...1000 {
            #expect(retry.broke(at: attempt * FillRetry.meagre, by: .unavailable("")) == .retry(after: .zero))
        }
    }

    @Test("a download that brings a byte at a time is taken up with pauses, until it brings more")
    func meagre() {
        var retry = FillRetry()
        for offset in 1...FillRetry.meagreLimit {
            #expect(retry.broke(at: offset, by: .unavailable("")) == .retry(after: .zero))
        }
        #expect(retry.broke(at: 100, by: .unavailable("")) == .retry(after: FillRetry.longestPause))
        #expect(retry.broke(at: 100 + FillRetry.meagre, by: .unavailable("")) == .retry(after: .zero))
    }

    @Test("one that brings none is taken up a few times, with pauses that grow to a bound")
    func fruitless() {
        var retry = FillRetry()
        #expect(retry.broke(at: 10, by: .unavailable("")) == .retry(after: .zero))
        var pauses: [Duration] = []
        while case .retry(let pause) = retry.broke(at: 10, by: .unavailable("")), pauses.count < 100 {
            pauses.append(pause)
        }
        #expect(pauses.count == FillRetry.limit - 1)
        #expect(pauses == pauses.sorted())
        #expect(pauses.first == .milliseconds(200))
        #expect(pauses.last == FillRetry.longestPause)
    }

    @Test("progress begins the count anew")
    func recovered() {
        var retry = FillRetry()
        _ = retry.broke(at: 10, by: .unavailable(""))
        for _ in 1..<FillRetry.limit { _ = retry.broke(at: 10, by: .unavailable("")) }
        #expect(retry.broke(at: 11, by: .unavailable("")) == .retry(after: .zero))
        #expect(retry.broke(at: 11, by: .unavailable("")) == .retry(after: .milliseconds(200)))
    }

    @Test("before the first byte there is one more attempt")
    func early() {
        var retry = FillRetry()
        #expect(retry.broke(at: 0, by: .unavailable("")) == .retry(after: .milliseconds(200)))
        #expect(retry.broke(at: 0, by: .unavailable("")) == .giveUp)
    }

    @Test("a verdict ends a download at once, and so does a limit before the first byte")
    func verdicts() {
        let limit = UpstreamError.rateLimited(message: "", retryAfter: 5)
        for error in [UpstreamError.notFound, .denied(""), .corrupt("")] {
            for offset in [0, 10] {
                var retry = FillRetry()
                #expect(retry.broke(at: offset, by: error) == .giveUp)
            }
        }
        var retry = FillRetry()
        #expect(retry.broke(at: 0, by: limit) == .giveUp)
        #expect(retry.broke(at: 10, by: limit) == .retry(after: .zero))
        #expect(retry.broke(at: 10, by: limit) == .retry(after: .milliseconds(200)))
    }

    @Test("an absence is believed for 30 seconds, not longer for a clock that was set back, and is forgotten on demand")
    func absences() throws {
        let wall = TurnableWall()
        let absences = Absences(clock: wall.clock)
        let repository = Repository(origin: .upstream(.dockerHub), name: try RepositoryName("a/b"))
        let subject = Absences.Subject.blob(Digest(of: [1]), repository)
        #expect(absences.remembered(subject) == nil)
        absences.remember(subject, .notFound)
        wall.pass(.milliseconds(29_999))
        #expect(absences.remembered(subject) == .notFound)
        wall.pass(.milliseconds(1))
        #expect(absences.remembered(subject) == nil)
        absences.remember(subject, .denied("no"))
        #expect(absences.remembered(subject) == .denied("no"))
        wall.pass(.seconds(-86_400))
        #expect(absences.remembered(subject) == nil)
        absences.remember(subject, .notFound)
        absences.forget(subject)
        #expect(absences.remembered(subject) == nil)
    }

    @Test("a crowd of absences does not fill the memory")
    func manyAbsences() throws {
        let absences = Absences(clock: TurnableWall().clock)
        let repository = Repository(origin: .upstream(.dockerHub), name: try RepositoryName("a/b"))
        let subjects = try (0...10_000).map {
            Absences.Subject.manifest(try ManifestReference("t\($0)"), repository)
        }
        for subject in subjects { absences.remember(subject, .notFound) }
        #expect(subjects.count { absences.remembered($0) != nil } <= 10_000)
        #expect(subjects.last.map { absences.remembered($0) } == .notFound)
    }
}
