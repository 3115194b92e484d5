import GRDB

/// The catalog in an SQLite database.
///
/// Reads run side by side, each on a snapshot of its own; writes queue up behind one another. A write is on the disk
/// (write-ahead log, fsync at each commit) before its method returns. Opening reads a few pages, however much is
/// catalogued.
///
/// All methods throw ``CatalogError`` when the database cannot answer, and `CancellationError` when the task that calls
/// was cancelled, in which case nothing was written.
package final class SQLiteCatalog: CatalogStorage {
    let database: any DatabaseWriter

    /// Opens the catalog in the file at `path`, creating it where needed. Its directory must exist.
    ///
    /// - Throws: ``CatalogError`` when the file cannot be opened, is not a catalog, or is one of a newer Roost.
    package convenience init(path: String) throws(CatalogError) {
        do {
            try self.init(database: DatabasePool(path: path, configuration: Self.configuration))
        } catch {
            throw CatalogError("cannot open the catalog at \(path): \(CatalogError.explanation(of: error))")
        }
    }

    /// A catalog in memory, gone with the object. For tests.
    package static func inMemory() throws(CatalogError) -> SQLiteCatalog {
        do {
            return try SQLiteCatalog(database: DatabaseQueue(configuration: configuration))
        } catch {
            throw CatalogError("cannot open a catalog in memory: \(CatalogError.explanation(of: error))")
        }
    }

    /// The catalog in `database`, brought to the present layout.
    init(database: any DatabaseWriter) throws {
        self.database = database
        // Here and not in the configuration: on opening, the pool sets NORMAL after the configuration had its turn, and
        // then a power cut could take back what was acknowledged.
        try database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
        }
        let migrator = CatalogSchema.migrator
        guard try !database.read(migrator.hasBeenSuperseded) else {
            throw CatalogError("it was written by a newer version of Roost; run that version, or restore a backup")
        }
        try migrator.migrate(database)
    }

    /// How connections are opened.
    static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "catalog"
        configuration.foreignKeysEnabled = true
        // A backup or a checkpoint by another process may hold the lock for a moment.
        configuration.busyMode = .timeout(5)
        return configuration
    }

    /// Closes the database and folds its log into the file. Calls after this one throw.
    package func close() throws(CatalogError) {
        do {
            // The pool closes its writer first, and the readers that are left cannot fold the log in.
            if database is DatabasePool {
                _ = try database.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
            }
            try database.close()
        } catch {
            throw CatalogError("cannot close the catalog: \(CatalogError.explanation(of: error))")
        }
    }

    /// What `body` finds in one snapshot.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.read(body)
        } catch let error where !(error is CancellationError) {
            throw CatalogError("the catalog cannot be read: \(CatalogError.explanation(of: error))")
        }
    }

    /// Runs `body` in one transaction; when this returns, its changes are durable.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.write(body)
        } catch let error where !(error is CancellationError) {
            throw CatalogError("the catalog cannot be written: \(CatalogError.explanation(of: error))")
        }
    }
}
