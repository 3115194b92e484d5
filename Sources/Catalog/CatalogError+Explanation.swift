import GRDB

extension CatalogError {
    /// What `error` means for who runs the server, in one line.
    static func explanation(of error: any Error) -> String {
        switch error {
        case let error as CatalogError: error.message
        case let error as DatabaseError: explanation(of: error)
        case is RowDecodingError: "it is damaged: \(oneLine("\(error)"))"
        default: oneLine("\(error)")
        }
    }

    private static func explanation(of error: DatabaseError) -> String {
        let said = "SQLite says '\(oneLine(error.message ?? "no more"))', code \(error.extendedResultCode.rawValue)"
        return switch error.resultCode {
        case .SQLITE_FULL: "the disk is full (\(said))"
        case .SQLITE_CORRUPT: "the database is corrupt; restore a backup (\(said))"
        case .SQLITE_NOTADB: "the file is not a database (\(said))"
        case .SQLITE_BUSY, .SQLITE_LOCKED: "the database is locked by another process (\(said))"
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: "the database may not be written (\(said))"
        case .SQLITE_CANTOPEN: "the file cannot be opened or created (\(said))"
        case .SQLITE_IOERR: "the disk failed (\(said))"
        case .SQLITE_MISUSE: "the database is closed (\(said))"
        default: said
        }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
