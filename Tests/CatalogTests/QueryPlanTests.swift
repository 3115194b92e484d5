import GRDB
import OCI
import Synchronization
import Testing

@testable import Catalog

@Suite("How the catalog looks things up")
struct QueryPlanTests {
    /// Collects the statements that connections run.
    private final class Tracer: Sendable {
        let statements = Mutex<Set<String>>([])

        func attach(to configuration: inout Configuration) {
            configuration.prepareDatabase { db in
                db.trace { event in
                    if case .statement(let statement) = event {
                        self.statements.withLock { _ = $0.insert(statement.expandedSQL) }
                    }
                }
            }
        }
    }

    private static let rows = 20_000

    /// 20,000 rows in each table, among 200 repositories of 2 origins.
    private static let filling = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
            INSERT INTO repository SELECT i, iif(i % 2, '', 'docker.io'), 'team/app' || i, i, iif(i % 4, i, NULL) FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
            INSERT INTO manifest SELECT i, 1 + i % 200, CAST(printf('%033d', i) AS BLOB), 'application/json', i,
                CAST(printf('%033d', i % 100) AS BLOB), 'type', NULL, i, i FROM n;
        INSERT INTO manifest_reference SELECT id, digest, 1, 1, repository_id FROM manifest;
        INSERT INTO tag SELECT repository_id, 'v' || id, digest, 1 FROM manifest;
        INSERT INTO blob SELECT digest, size, 1, NULL FROM manifest;
        INSERT INTO repository_blob SELECT repository_id, digest FROM manifest;
        INSERT INTO upload SELECT 'upload' || id, repository_id, 1 FROM manifest;
        """

    @Test("by index, whatever the number of rows")
    func plans() async throws {
        let tracer = Tracer()
        var configuration = SQLiteCatalog.configuration
        tracer.attach(to: &configuration)
        let catalog = try SQLiteCatalog(database: DatabaseQueue(configuration: configuration))
        try await catalog.database.write { try $0.execute(sql: Self.filling) }
        tracer.statements.withLock { $0.removeAll() }

        for repository in [
            Repository.local(try RepositoryName("team/app1")),
            Repository(origin: .upstream(.dockerHub), name: try RepositoryName("team/app2")),
        ] {
            try await exercise(catalog, repository)
        }

        let statements = tracer.statements.withLock { $0 }
            .filter { sql in ["SELECT", "INSERT", "UPDATE", "DELETE"].contains { sql.hasPrefix($0) } }
        #expect(statements.count > 30)
        for statement in statements {
            let plan = try await catalog.database.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(statement)").map { $0["detail"] as String }
            }
            #expect(plan.filter(Self.readsWhole).isEmpty, "\(statement): \(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.contains("AUTOMATIC") }, "\(statement): \(plan)")
        }
    }

    /// Whether a step of a plan reads a whole table. A search that names no index does, too (`max` without an index).
    private static func readsWhole(_ step: String) -> Bool {
        // What goes through the few rows that a step before it found.
        if step.contains("(subquery-") || step == "SCAN CONSTANT ROW" { return false }
        return step.hasPrefix("SCAN") || step.hasPrefix("SEARCH") && !step.contains(" USING ")
    }

    /// Everything but the list of all uploads, which is read whole.
    private func exercise(_ catalog: SQLiteCatalog, _ repository: Repository) async throws {
        let now = Timestamp(milliseconds: 1 << 40)
        let digest = Digest(of: [1])
        let child = Digest(of: [2])
        let record = ManifestRecord(digest: digest, mediaType: .ociIndex, size: 1, subject: child)
        let fresh = Repository(origin: repository.origin, name: try RepositoryName("fresh"))
        _ = try await catalog.repositories(of: repository.origin, after: repository.name, limit: 10)
        _ = try await catalog.ownedNames()
        _ = try await catalog.claimedNames()
        try await catalog.createRepository(fresh, at: now)
        try await catalog.beginUpload(UploadRecord(id: "\(repository)", repository: fresh, startedAt: now))
        _ = try await catalog.upload("\(repository)")
        try await catalog.endUpload("\(repository)")
        try await catalog.link(digest, size: 1, to: fresh, at: now)
        _ = try await catalog.releaseClaim(fresh.name)
        try await catalog.store(
            record, references: [ContentReference(kind: .manifest, digest: child, size: 1)], tag: .latest,
            in: repository, at: now)
        try await catalog.store(
            ManifestRecord(digest: child, mediaType: .ociManifest, size: 1),
            references: [ContentReference(kind: .layer, digest: Digest(of: [3]), size: 1)], tag: nil, in: repository,
            at: now)
        _ = try await catalog.manifest(digest, in: repository)
        _ = try await catalog.referrers(of: child, in: repository, artifactType: nil)
        _ = try await catalog.referrers(of: child, in: repository, artifactType: "type")
        _ = try await catalog.tag(.latest, in: repository)
        _ = try await catalog.tags(in: repository, after: Tag("v9"), limit: 10)
        try await catalog.markChecked(.latest, in: repository, at: now)
        _ = try await catalog.size(of: Digest(of: [3]), in: repository)
        _ = try await catalog.missing([digest, child], in: repository)
        try await catalog.record([Use(.manifest(digest, in: repository), at: now), Use(.blob(child), at: now)])
        _ = try await catalog.lastUse(of: child)
        _ = try await catalog.unlink(digest, from: repository)
        try await catalog.forgetBlob(child)
        _ = try await catalog.deleteTag(.latest, in: repository)
        _ = try await catalog.deleteManifest(digest, in: repository)
    }

    @Test(
        "so that what goes along with a repository, a manifest or a blob is found by index",
        arguments: [
            "manifest WHERE repository_id = 1", "manifest_reference WHERE manifest_id = 1",
            "tag WHERE repository_id = 1 AND digest = x'01'", "repository_blob WHERE repository_id = 1",
            "repository_blob WHERE digest = x'01'", "upload WHERE repository_id = 1",
        ])
    func cascades(_ condition: String) async throws {
        let catalog = try SQLiteCatalog.inMemory()
        let plan = try await catalog.database.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN SELECT 1 FROM \(condition)").map { $0["detail"] as String }
        }
        #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") }, "\(plan)")
    }
}
