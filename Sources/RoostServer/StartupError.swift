/// Why the server could not start, in one line for the terminal.
package struct StartupError: Error, Sendable, Hashable {
    /// What was tried, what came back, what to do.
    package let message: String

    /// An error that says `message`.
    package init(message: String) { self.message = message }
}
