/// A text that must not be seen: printing, interpolating, dumping or reflecting on it shows a placeholder.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself. Ask for it only where it is sent.
    package let revealed: String

    /// Wraps a secret.
    package init(_ text: String) {
        revealed = text
    }

    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
