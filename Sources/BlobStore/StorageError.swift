import Glibc

/// Why the store could not do what it was asked.
package struct StorageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of failure that callers treat differently.
    package enum Kind: Sendable, Hashable {
        /// The file system or the quota is full.
        case noSpace
        /// The bytes are not those of the digest.
        case digestMismatch
        /// The bytes are more or fewer than stated.
        case sizeMismatch
        /// The partial file that one wanted to follow, to append to or to commit has been ended.
        case abandoned
        /// Another process has the store open, or a partial blob has the name.
        case inUse
        /// Any other failure of the file system.
        case fileSystem
    }

    /// What kind of failure it is.
    package let kind: Kind
    /// What was tried and what came back, in one line.
    package let message: String

    /// A failure of this kind.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }

    /// The failure that `errno` tells of; read before `attempt` is put together, which may change it.
    static func current(_ attempt: @autoclosure () -> String) -> StorageError {
        let code = errno
        let kind: Kind = code == ENOSPC || code == EDQUOT ? .noSpace : .fileSystem
        return StorageError(kind, "cannot \(attempt()): \(String(cString: strerror(code)))")
    }
}
