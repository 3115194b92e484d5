/// Where the server keeps what it holds.
package struct StorageSettings: Sendable, Equatable {
    /// The directory used when none is set.
    package static let standardPath = "/var/lib/roost"

    /// One directory for bytes and catalog, made when missing. A relative path counts from the working directory.
    package var path: String

    /// Keeps everything below `path`.
    package init(path: String = StorageSettings.standardPath) {
        self.path = path
    }

    /// Reads a path as somebody wrote it.
    init(reading text: String) throws(InvalidValue) {
        guard !text.isEmpty else { throw InvalidValue("the path is empty", do: "name a directory") }
        guard !text.utf8.contains(0) else {
            throw InvalidValue("the path holds a NUL character", do: "name a directory")
        }
        self.init(path: text)
    }
}
