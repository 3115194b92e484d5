import GRDB
import OCI

// How the other values of the vocabulary are stored. What cannot be read back was written by something else, and is
// reported as damage.

extension Timestamp: DatabaseValueConvertible {
    var databaseValue: DatabaseValue { milliseconds.databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Timestamp? {
        Int64.fromDatabaseValue(value).map { Timestamp(milliseconds: $0) }
    }
}

extension Tag: DatabaseValueConvertible {
    var databaseValue: DatabaseValue { description.databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Tag? {
        String.fromDatabaseValue(value).flatMap { try? Tag($0) }
    }
}

extension RepositoryName: DatabaseValueConvertible {
    var databaseValue: DatabaseValue { description.databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> RepositoryName? {
        String.fromDatabaseValue(value).flatMap { try? RepositoryName($0) }
    }
}

extension MediaType: DatabaseValueConvertible {
    var databaseValue: DatabaseValue { description.databaseValue }

    static func fromDatabaseValue(_ value: DatabaseValue) -> MediaType? {
        String.fromDatabaseValue(value).flatMap { try? MediaType($0) }
    }
}

extension Origin: DatabaseValueConvertible {
    /// The upstream's host, and nothing for what was pushed here: no host is empty.
    var databaseValue: DatabaseValue {
        switch self {
        case .local: "".databaseValue
        case .upstream(let host): host.description.databaseValue
        }
    }

    static func fromDatabaseValue(_ value: DatabaseValue) -> Origin? {
        guard let text = String.fromDatabaseValue(value) else { return nil }
        if text.isEmpty { return .local }
        return (try? UpstreamHost(text)).map { .upstream($0) }
    }
}
