import FoundationEssentials

/// A directory of a test's own, under the system's directory for temporary files.
///
/// It is removed with everything in it by `remove()`, or when the last reference to this object goes. Swift may let go
/// of an object after its last use, before the end of the scope: keep it in a property, or call `remove()` in a
/// `defer`, which keeps it alive.
package final class TemporaryDirectory: Sendable {
    /// The absolute path, without a slash at its end.
    package let path: String

    /// Makes a new, empty directory that only this user may enter.
    ///
    /// - Parameter prefix: how its name begins, for those who look for what a test left behind.
    /// - Throws: the file system's error when the directory cannot be made.
    package init(prefix: String = "roost-test") throws {
        let name = "\(prefix)-\(UUID().uuidString)"
        let parent = FileManager.default.temporaryDirectory.path
        path = parent.hasSuffix("/") ? parent + name : "\(parent)/\(name)"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit {
        remove()
    }

    /// The path of `name` inside the directory.
    package func path(of name: String) -> String {
        "\(path)/\(name)"
    }

    /// Removes the directory and everything in it. Does nothing when it is gone already.
    package func remove() {
        // A directory that cannot be removed must not fail the test that used it.
        try? FileManager.default.removeItem(atPath: path)
    }
}
