import GRDB
package import OCI

extension SQLiteCatalog {
    package func link(_ digest: Digest, size: Int, to repository: Repository, at time: Timestamp) async throws {
        try await write { db in
            let id = try db.ensureClaim(to: repository, at: time)
            try db.cachedStatement(
                sql: "INSERT INTO blob (digest, size, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
            ).execute(arguments: [digest, size, time])
            try db.cachedStatement(
                sql: "INSERT INTO repository_blob (repository_id, digest) VALUES (?, ?) ON CONFLICT DO NOTHING"
            ).execute(arguments: [id, digest])
        }
    }

    package func size(of digest: Digest, in repository: Repository) async throws -> Int? {
        try await read { db in
            guard let id = try db.id(of: repository) else { return nil }
            if let size = try Int.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT size FROM blob WHERE digest = :digest
                            AND EXISTS (SELECT 1 FROM repository_blob WHERE repository_id = :id AND digest = :digest)
                        """),
                arguments: ["digest": digest, "id": id])
            {
                return size
            }
            // What was pushed here is served only through the repositories it was pushed to or mounted into: a manifest
            // that merely names another's blob gives no right to it.
            guard repository.origin != .local else { return nil }
            return try Int.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT size FROM blob WHERE digest = :digest
                            AND EXISTS (SELECT 1 FROM manifest_reference WHERE repository_id = :id AND digest = :digest)
                            AND EXISTS (
                                SELECT 1 FROM repository_blob
                                CROSS JOIN repository ON repository.id = repository_blob.repository_id
                                WHERE repository_blob.digest = :digest AND repository.origin = :origin)
                        """),
                arguments: ["digest": digest, "id": id, "origin": repository.origin])
        }
    }

    package func isHeld(_ digest: Digest, at origin: Origin) async throws -> Bool {
        try await read { db in
            try Bool.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT EXISTS (
                                SELECT 1 FROM repository_blob
                                CROSS JOIN repository ON repository.id = repository_blob.repository_id
                                WHERE repository_blob.digest = :digest AND repository.origin = :origin)
                            OR EXISTS (
                                SELECT 1 FROM manifest
                                CROSS JOIN repository ON repository.id = manifest.repository_id
                                WHERE manifest.digest = :digest AND repository.origin = :origin)
                        """),
                arguments: ["digest": digest, "origin": origin]) ?? false
        }
    }

    package func missing(_ digests: [Digest], in repository: Repository) async throws -> Set<Digest> {
        try await read { db in
            guard let id = try db.id(of: repository) else { return Set(digests) }
            let statement = try db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM repository_blob WHERE repository_id = :id AND digest = :digest)
                        OR EXISTS (SELECT 1 FROM manifest WHERE repository_id = :id AND digest = :digest)
                    """)
            return try Set(digests).filter { digest in
                try Bool.fetchOne(statement, arguments: ["id": id, "digest": digest]) != true
            }
        }
    }

    package func unlink(_ digest: Digest, from repository: Repository) async throws -> Bool {
        try await write { db in
            guard let id = try db.id(of: repository) else { return false }
            return try db.changes("DELETE FROM repository_blob WHERE repository_id = ? AND digest = ?", [id, digest])
        }
    }

    package func forgetBlob(_ digest: Digest) async throws {
        try await write { db in
            // Its links go along.
            try db.cachedStatement(sql: "DELETE FROM blob WHERE digest = ?").execute(arguments: [digest])
        }
    }
}
