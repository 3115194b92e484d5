import GRDB
package import OCI

extension SQLiteCatalog {
    package func manifest(_ digest: Digest, in repository: Repository) async throws -> ManifestRecord? {
        try await read { db in
            guard let id = try db.id(of: repository) else { return nil }
            return try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT \(ManifestRecord.columns) FROM manifest WHERE repository_id = ? AND digest = ?"),
                arguments: [id, digest]
            ).map { try ManifestRecord($0) }
        }
    }

    package func store(
        _ manifest: ManifestRecord, references: [ContentReference], tag: Tag?, in repository: Repository,
        at time: Timestamp
    ) async throws {
        try await write { db in
            let repositoryID = try db.ensure(repository, at: time)
            if repository.origin == .local {
                try db.cachedStatement(sql: "UPDATE repository SET owned_at = ? WHERE id = ? AND owned_at IS NULL")
                    .execute(arguments: [time, repositoryID])
            }
            if try db.insert(manifest, into: repositoryID, at: time) {
                try db.insert(references, of: db.lastInsertedRowID, in: repositoryID)
            }
            if let tag {
                try db.cachedStatement(
                    sql: """
                        INSERT INTO tag (repository_id, name, digest, checked_at) VALUES (?, ?, ?, ?)
                        ON CONFLICT DO UPDATE SET digest = excluded.digest, checked_at = excluded.checked_at
                        """
                ).execute(arguments: [repositoryID, tag, manifest.digest, time])
            }
        }
    }

    package func deleteManifest(_ digest: Digest, in repository: Repository) async throws -> Bool {
        try await write { db in
            guard let id = try db.id(of: repository) else { return false }
            // Its references and tags go along.
            return try db.changes("DELETE FROM manifest WHERE repository_id = ? AND digest = ?", [id, digest])
        }
    }

    package func referrers(
        of digest: Digest, in repository: Repository, artifactType: String?
    ) async throws -> [ManifestRecord] {
        try await read { db in
            guard let id = try db.id(of: repository) else { return [] }
            let filter = artifactType == nil ? "" : "AND artifact_type = ?"
            var arguments: StatementArguments = [id, digest]
            if let artifactType { arguments += [artifactType] }
            return try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        SELECT \(ManifestRecord.columns) FROM manifest
                        WHERE repository_id = ? AND subject = ? \(filter) ORDER BY digest
                        """),
                arguments: arguments
            ).map { try ManifestRecord($0) }
        }
    }
}

extension Database {
    /// Adds a manifest to a repository.
    ///
    /// - Returns: false when it was there already.
    fileprivate func insert(_ manifest: ManifestRecord, into repositoryID: Int64, at time: Timestamp) throws -> Bool {
        try changes(
            """
            INSERT INTO manifest
                (repository_id, digest, media_type, size, subject, artifact_type, annotations, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                repositoryID, manifest.digest, manifest.mediaType, manifest.size, manifest.subject,
                manifest.artifactType, try manifest.storedAnnotations(), time,
            ])
    }

    /// Adds what a manifest references. An image may list one layer twice: it is referenced once.
    fileprivate func insert(_ references: [ContentReference], of manifestID: Int64, in repositoryID: Int64) throws {
        let statement = try cachedStatement(
            sql: """
                INSERT INTO manifest_reference (manifest_id, digest, kind, size, repository_id)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """)
        for reference in references {
            try statement.execute(arguments: [
                manifestID, reference.digest, reference.kind.rawValue, reference.size, repositoryID,
            ])
        }
    }
}
