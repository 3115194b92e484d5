import GRDB
package import OCI

extension SQLiteCatalog {
    package func record(_ uses: [Use]) async throws {
        guard !uses.isEmpty else { return }
        try await write { db in
            for use in uses {
                switch use.subject {
                case .blob(let digest): try db.use(blob: digest, at: use.at)
                case .manifest(let digest, let repository): try db.use(manifest: digest, in: repository, at: use.at)
                }
            }
        }
    }

    /// For the digest of a manifest, this is when the manifest was last used in any repository: its bytes are a blob of
    /// the same digest.
    package func lastUse(of digest: Digest) async throws -> Timestamp? {
        try await read { db in
            try Timestamp.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT max(used_at) FROM (
                            SELECT used_at FROM blob WHERE digest = :digest
                            UNION ALL
                            SELECT max(used_at) FROM manifest WHERE digest = :digest)
                        """),
                arguments: ["digest": digest])
        }
    }
}

extension Database {
    fileprivate func use(blob digest: Digest, at time: Timestamp) throws {
        try cachedStatement(
            sql: "UPDATE blob SET used_at = :time WHERE digest = :digest AND (used_at IS NULL OR used_at < :time)"
        ).execute(arguments: ["digest": digest, "time": time])
    }

    /// Using a manifest uses what it lists: of an image the blobs, of an index the manifests that are here and their
    /// blobs.
    fileprivate func use(manifest digest: Digest, in repository: Repository, at time: Timestamp) throws {
        guard let repositoryID = try id(of: repository),
            let id = try Int64.fetchOne(
                cachedStatement(sql: "SELECT id FROM manifest WHERE repository_id = ? AND digest = ?"),
                arguments: [repositoryID, digest])
        else { return }
        let listed = try Int64.fetchAll(
            cachedStatement(
                sql: """
                    SELECT manifest.id FROM manifest_reference
                    CROSS JOIN manifest
                        ON manifest.repository_id = manifest_reference.repository_id
                        AND manifest.digest = manifest_reference.digest
                    WHERE manifest_reference.manifest_id = ? AND manifest_reference.kind = ?
                    """),
            arguments: [id, ContentReference.Kind.manifest.rawValue])
        for id in [id] + listed {
            try cachedStatement(
                sql: "UPDATE manifest SET used_at = :time WHERE id = :id AND (used_at IS NULL OR used_at < :time)"
            ).execute(arguments: ["id": id, "time": time])
            try cachedStatement(
                sql: """
                    UPDATE blob SET used_at = :time
                    WHERE digest IN (SELECT digest FROM manifest_reference WHERE manifest_id = :id)
                        AND (used_at IS NULL OR used_at < :time)
                    """
            ).execute(arguments: ["id": id, "time": time])
        }
    }
}
