/// Why a file could not be read.
package struct UnreadableFile: Error, Sendable, Equatable {
    /// In a few words: `there is no such file`.
    package let reason: String

    /// An error with its reason.
    package init(reason: String) {
        self.reason = reason
    }
}
