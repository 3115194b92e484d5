/// Why one value is not what its setting needs: `what is wrong; what to do`, in one line and without saying where.
/// The place (a line of the file, an environment variable, a flag) is added by the one who knows it.
package struct InvalidValue: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, a semicolon, what to do.
    package let message: String

    package var description: String { message }

    init(_ problem: String, do advice: String) {
        message = "\(problem); \(advice)"
    }

    /// A message that is complete already.
    init(message: String) {
        self.message = message
    }

    /// A piece of the person's own text, short enough for a one-line message.
    static func quote(_ text: String) -> String {
        let limit = 60
        return text.unicodeScalars.count <= limit
            ? "'\(text)'" : "'\(String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))))…'"
    }
}
