/// Settings that cannot be used. Nothing may be started with them; the program ends with status 78 (`EX_CONFIG`).
package struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One line: where (`FILE:LINE: key.path`, a variable or a flag), what is wrong, what to do. Never holds a line
    /// break or another control character, whatever the settings hold.
    package let message: String

    package var description: String { message }

    /// - Parameter message: any text; control characters in it are replaced.
    package init(_ message: String) {
        var line = String.UnicodeScalarView()
        for scalar in message.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format: line.append("\u{FFFD}")
            default: line.append(scalar)
            }
        }
        self.message = String(line)
    }
}
