import GRDB
package import OCI

extension SQLiteCatalog {
    package func tag(_ tag: Tag, in repository: Repository) async throws -> TagRecord? {
        try await read { db in
            guard let id = try db.id(of: repository) else { return nil }
            return try Row.fetchOne(
                db.cachedStatement(sql: "SELECT digest, checked_at FROM tag WHERE repository_id = ? AND name = ?"),
                arguments: [id, tag]
            ).map { TagRecord(digest: try $0.decode(atIndex: 0), checkedAt: try $0.decode(atIndex: 1)) }
        }
    }

    package func tags(in repository: Repository, after last: Tag?, limit: Int) async throws -> [Tag]? {
        try await read { db in
            guard let id = try db.id(of: repository) else { return nil }
            return try Tag.fetchAll(
                db.cachedStatement(
                    sql: "SELECT name FROM tag WHERE repository_id = ? AND name > ? ORDER BY name LIMIT ?"),
                arguments: [id, last?.description ?? "", max(0, limit)])
        }
    }

    package func markChecked(_ tag: Tag, in repository: Repository, at time: Timestamp) async throws {
        try await write { db in
            guard let id = try db.id(of: repository) else { return }
            try db.cachedStatement(sql: "UPDATE tag SET checked_at = ? WHERE repository_id = ? AND name = ?")
                .execute(arguments: [time, id, tag])
        }
    }

    package func deleteTag(_ tag: Tag, in repository: Repository) async throws -> Bool {
        try await write { db in
            guard let id = try db.id(of: repository) else { return false }
            return try db.changes("DELETE FROM tag WHERE repository_id = ? AND name = ?", [id, tag])
        }
    }
}
