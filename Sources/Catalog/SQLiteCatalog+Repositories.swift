import GRDB
package import OCI

extension SQLiteCatalog {
    package func repositories(
        of origin: Origin, after last: RepositoryName?, limit: Int
    ) async throws -> [RepositoryName] {
        try await read { db in
            try RepositoryName.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT name FROM repository
                        WHERE origin = ? AND name > ?
                            AND EXISTS (SELECT 1 FROM manifest WHERE repository_id = repository.id)
                        ORDER BY name LIMIT ?
                        """),
                arguments: [origin, last?.description ?? "", max(0, limit)])
        }
    }

    package func ownedNames() async throws -> [RepositoryName] {
        try await read { db in
            try RepositoryName.fetchAll(
                db.cachedStatement(
                    sql: "SELECT name FROM repository WHERE origin = ? AND owned_at IS NOT NULL ORDER BY name"),
                arguments: [Origin.local])
        }
    }

    package func claimedNames() async throws -> [(name: RepositoryName, since: Timestamp)] {
        try await read { db in
            try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT name, created_at FROM repository WHERE origin = ? AND owned_at IS NULL ORDER BY name"),
                arguments: [Origin.local]
            ).map { row in (name: try row.decode(atIndex: 0), since: try row.decode(atIndex: 1)) }
        }
    }

    package func createRepository(_ repository: Repository, at time: Timestamp) async throws {
        try await write { db in _ = try db.ensure(repository, at: time) }
    }

    package func releaseClaim(_ name: RepositoryName) async throws -> Bool {
        try await write { db in
            // Its links and uploads go along.
            try db.changes(
                "DELETE FROM repository WHERE origin = ? AND name = ? AND owned_at IS NULL", [Origin.local, name])
        }
    }
}
