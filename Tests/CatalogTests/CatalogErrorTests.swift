import Foundation
import GRDB
import OCI
import TestSupport
import Testing

@testable import Catalog

@Suite("The catalog's errors")
struct CatalogErrorTests {
    let directory = try? TemporaryDirectory(prefix: "roost-catalog")

    /// What opening the catalog in `file` says.
    private func refusal(of file: String) throws -> String {
        let path = try #require(directory).path(of: file)
        let error = #expect(throws: CatalogError.self) { () throws in try SQLiteCatalog(path: path).close() }
        let message = try #require(error).message
        #expect(message.hasPrefix("cannot open the catalog at \(path): "))
        #expect(message.split(whereSeparator: \.isNewline).count == 1)
        return message
    }

    @Test("a database of a newer Roost is refused, and left as it is")
    func newer() throws {
        let path = try #require(directory).path(of: "newer.sqlite")
        let catalog = try SQLiteCatalog(path: path)
        try catalog.database.write { db in
            try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99 from the future')")
        }
        try catalog.close()
        #expect(try refusal(of: "newer.sqlite").contains("newer version of Roost"))
    }

    @Test("a file that is not a database is refused")
    func notADatabase() throws {
        let path = try #require(directory).path(of: "text.sqlite")
        try Data(repeating: UInt8(ascii: "x"), count: 10_000).write(to: URL(filePath: path))
        #expect(try refusal(of: "text.sqlite").contains("not a database"))
    }

    @Test("a directory that is not there is named")
    func noDirectory() throws {
        #expect(try refusal(of: "none/catalog.sqlite").contains("cannot be opened or created"))
    }

    @Test(
        "what SQLite says becomes what to do",
        arguments: [
            (ResultCode.SQLITE_FULL, "disk is full"), (.SQLITE_CORRUPT, "corrupt"), (.SQLITE_BUSY, "locked"),
            (.SQLITE_LOCKED, "locked"), (.SQLITE_IOERR_FSYNC, "disk failed"), (.SQLITE_READONLY, "may not be written"),
            (.SQLITE_TOOBIG, "SQLite says"),
        ])
    func explanations(_ code: ResultCode, _ words: String) {
        let error = DatabaseError(resultCode: code, message: "two\nlines")
        let explanation = CatalogError.explanation(of: error)
        #expect(explanation.contains(words))
        #expect(explanation.contains("'two lines'"))
    }

    @Test("a closed catalog answers with an error")
    func closed() async throws {
        let catalog = try SQLiteCatalog(path: try #require(directory).path(of: "catalog.sqlite"))
        try catalog.close()
        await #expect(throws: CatalogError.self) { try await catalog.ownedNames() }
        await #expect(throws: CatalogError.self) {
            try await catalog.createRepository(
                .local(RepositoryName("app")), at: Timestamp(milliseconds: 1))
        }
    }

    @Test("a full disk fails the write with that word, and the catalog stays whole")
    func full() async throws {
        let catalog = try SQLiteCatalog(path: try #require(directory).path(of: "catalog.sqlite"))
        let app = Repository.local(try RepositoryName("app"))
        let pages = try await catalog.database.write { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            // Behaves as a disk with room for two pages more.
            try db.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
            return pages
        }
        #expect(pages > 0)
        let references = (0..<5_000).map {
            ContentReference(kind: .layer, digest: Digest(of: Array("\($0)".utf8)), size: 1)
        }
        let record = ManifestRecord(digest: Digest(of: [1]), mediaType: .ociManifest, size: 1)
        let error = await #expect(throws: CatalogError.self) {
            try await catalog.store(
                record, references: references, tag: .latest, in: app, at: Timestamp(milliseconds: 1))
        }
        #expect(error?.message.contains("disk is full") == true)
        #expect(try await catalog.ownedNames() == [])
        #expect(try await catalog.tags(in: app, after: nil, limit: 1) == nil)
        try catalog.close()
    }

    @Test("a row that cannot be read is reported as damage, not as a crash")
    func damage() async throws {
        let catalog = try SQLiteCatalog.inMemory()
        try await catalog.database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO repository VALUES (1, '', 'NOT A NAME', 0, 0);
                    INSERT INTO repository VALUES (2, '', 'app', 0, 0);
                    INSERT INTO manifest VALUES (1, 2, x'07aa', 'no type', 1, NULL, NULL, 'no json', 0, NULL);
                    INSERT INTO tag VALUES (2, 'latest', x'07aa', 0);
                    """)
        }
        let app = Repository.local(try RepositoryName("app"))
        let error = await #expect(throws: CatalogError.self) { try await catalog.ownedNames() }
        #expect(error?.message.contains("damaged") == true)
        await #expect(throws: CatalogError.self) { try await catalog.tag(.latest, in: app) }
    }
}
