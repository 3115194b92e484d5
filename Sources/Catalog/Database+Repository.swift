import GRDB
import OCI

extension Database {
    /// The number of `repository`, if it is there.
    func id(of repository: Repository) throws -> Int64? {
        try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM repository WHERE origin = ? AND name = ?"),
            arguments: [repository.origin, repository.name])
    }

    /// The number of `repository`, which comes to be at `time` if it is not there.
    func ensure(_ repository: Repository, at time: Timestamp) throws -> Int64 {
        if let id = try id(of: repository) { return id }
        try cachedStatement(sql: "INSERT INTO repository (origin, name, created_at) VALUES (?, ?, ?)")
            .execute(arguments: [repository.origin, repository.name, time])
        return lastInsertedRowID
    }

    /// The number of `repository`, to which an upload or a blob is about to be added.
    ///
    /// A local name that holds nothing and is not owned is nobody's; a claim to it begins now, and not when somebody
    /// claimed it before and left.
    func ensureClaim(to repository: Repository, at time: Timestamp) throws -> Int64 {
        let id = try ensure(repository, at: time)
        if repository.origin == .local {
            try cachedStatement(
                sql: """
                    UPDATE repository SET created_at = :time
                    WHERE id = :id AND owned_at IS NULL AND created_at < :time
                        AND NOT EXISTS (SELECT 1 FROM upload WHERE repository_id = :id)
                        AND NOT EXISTS (SELECT 1 FROM repository_blob WHERE repository_id = :id)
                    """
            ).execute(arguments: ["id": id, "time": time])
        }
        return id
    }

    /// Runs a statement.
    ///
    /// - Returns: whether it changed anything; what goes along by a foreign key does not count.
    func changes(_ sql: String, _ arguments: StatementArguments) throws -> Bool {
        try cachedStatement(sql: sql).execute(arguments: arguments)
        return changesCount > 0
    }
}
