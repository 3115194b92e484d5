import Foundation
import GRDB
import OCI
import TestSupport
import Testing

@testable import Catalog

@Suite("The catalog in SQLite")
struct SQLiteCatalogTests {
    let directory = try? TemporaryDirectory(prefix: "roost-catalog")
    var path: String { get throws { try #require(directory).path(of: "catalog.sqlite") } }

    @Test("keeps the catalog's contract in a file", arguments: CatalogConformance.all)
    func conformsInFile(_ check: CatalogConformance.Check) async throws {
        let catalog = try SQLiteCatalog(path: path)
        try await check.run(catalog)
        try catalog.close()
    }

    @Test("keeps the catalog's contract in memory", arguments: CatalogConformance.all)
    func conformsInMemory(_ check: CatalogConformance.Check) async throws {
        try await check.run(SQLiteCatalog.inMemory())
    }

    @Test("flushes every commit to the disk, checks references, and writes ahead")
    func durability() throws {
        let catalog = try SQLiteCatalog(path: path)
        try catalog.database.writeWithoutTransaction { (db) throws in
            #expect(try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2)
            #expect(try Int.fetchOne(db, sql: "PRAGMA foreign_keys") == 1)
            #expect(try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal")
            #expect(try Int.fetchOne(db, sql: "PRAGMA busy_timeout") == 5000)
        }
        try catalog.close()
    }

    @Test("holds everything after it was closed and opened again")
    func reopening() async throws {
        let app = Repository.local(try RepositoryName("app"))
        let manifest = ManifestRecord(
            digest: Digest(of: [1]), mediaType: .ociManifest, size: 10, subject: Digest(of: [2]), artifactType: "type",
            annotations: ["key": "value"])
        let blob = Digest(of: [3])
        let upload = UploadRecord(id: "id", repository: app, startedAt: Timestamp(milliseconds: 3))
        let before = try SQLiteCatalog(path: path)
        try await before.link(blob, size: 7, to: app, at: Timestamp(milliseconds: 1))
        try await before.store(
            manifest, references: [ContentReference(kind: .layer, digest: blob, size: 7)], tag: .latest, in: app,
            at: Timestamp(milliseconds: 2))
        try await before.beginUpload(upload)
        try await before.record([Use(.manifest(manifest.digest, in: app), at: Timestamp(milliseconds: 4))])
        try before.close()

        let after = try SQLiteCatalog(path: path)
        #expect(try await after.ownedNames() == [app.name])
        #expect(try await after.manifest(manifest.digest, in: app) == manifest)
        #expect(
            try await after.tag(.latest, in: app)
                == TagRecord(digest: manifest.digest, checkedAt: Timestamp(milliseconds: 2)))
        #expect(try await after.size(of: blob, in: app) == 7)
        #expect(try await after.uploads() == [upload])
        #expect(try await after.lastUse(of: blob) == Timestamp(milliseconds: 4))
        #expect(
            try await after.referrers(of: Digest(of: [2]), in: app, artifactType: "type") == [manifest])
        try after.close()
    }

    @Test("knows when a manifest and those it lists were last used, in any repository")
    func manifestUse() async throws {
        let catalog = try SQLiteCatalog.inMemory()
        let app = Repository.local(try RepositoryName("app"))
        let index = ManifestRecord(digest: Digest(of: [1]), mediaType: .ociIndex, size: 1)
        let child = ManifestRecord(digest: Digest(of: [2]), mediaType: .ociManifest, size: 1)
        let now = Timestamp(milliseconds: 5)
        try await catalog.store(child, references: [], tag: nil, in: app, at: now)
        try await catalog.store(
            index, references: [ContentReference(kind: .manifest, digest: child.digest, size: 1)], tag: nil, in: app,
            at: now)
        #expect(try await catalog.lastUse(of: index.digest) == nil)
        try await catalog.record([Use(.manifest(index.digest, in: app), at: now)])
        #expect(try await catalog.lastUse(of: index.digest) == now)
        #expect(try await catalog.lastUse(of: child.digest) == now)
    }

    @Test("takes many writers at once")
    func concurrentWriters() async throws {
        let catalog = try SQLiteCatalog(path: path)
        let app = Repository.local(try RepositoryName("app"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let record = ManifestRecord(
                        digest: Digest(of: [UInt8(number)]), mediaType: .ociManifest, size: number)
                    try await catalog.store(
                        record, references: [], tag: try Tag("t\(number)"), in: app,
                        at: Timestamp(milliseconds: Int64(number)))
                    _ = try await catalog.tags(in: app, after: nil, limit: 10)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await catalog.tags(in: app, after: nil, limit: 1000)?.count == 100)
        try catalog.close()
    }
}
