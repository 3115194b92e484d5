import GRDB
import OCI

extension SQLiteCatalog {
    package func beginUpload(_ upload: UploadRecord) async throws {
        try await write { db in
            let id = try db.ensureClaim(to: upload.repository, at: upload.startedAt)
            try db.cachedStatement(sql: "INSERT INTO upload (id, repository_id, started_at) VALUES (?, ?, ?)")
                .execute(arguments: [upload.id, id, upload.startedAt])
        }
    }

    package func upload(_ id: String) async throws -> UploadRecord? {
        try await read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: "\(UploadRecord.selection) WHERE upload.id = ?"), arguments: [id]
            ).map { try UploadRecord($0) }
        }
    }

    package func uploads() async throws -> [UploadRecord] {
        try await read { db in
            try Row.fetchAll(db.cachedStatement(sql: "\(UploadRecord.selection) ORDER BY upload.id"))
                .map { try UploadRecord($0) }
        }
    }

    package func endUpload(_ id: String) async throws {
        try await write { db in
            try db.cachedStatement(sql: "DELETE FROM upload WHERE id = ?").execute(arguments: [id])
        }
    }
}

extension UploadRecord {
    fileprivate static let selection = """
        SELECT upload.id, repository.origin, repository.name, upload.started_at
        FROM upload CROSS JOIN repository ON repository.id = upload.repository_id
        """

    /// The record in a row of ``selection``.
    fileprivate init(_ row: Row) throws {
        self.init(
            id: try row.decode(atIndex: 0),
            repository: Repository(origin: try row.decode(atIndex: 1), name: try row.decode(atIndex: 2)),
            startedAt: try row.decode(atIndex: 3))
    }
}
