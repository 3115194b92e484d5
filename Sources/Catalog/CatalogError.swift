/// Why the catalog could not answer.
package struct CatalogError: Error, Sendable, CustomStringConvertible {
    /// What was tried and what came back, in a sentence.
    package let message: String

    /// An error that says `message`.
    package init(_ message: String) { self.message = message }

    package var description: String { message }
}
