import FoundationEssentials

/// An account at an upstream. Its password never shows in a description.
package struct Credentials: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The account's name.
    package let username: String
    private let password: String

    /// An account with its password.
    package init(username: String, password: String) {
        self.username = username
        self.password = password
    }

    /// The value of an `Authorization` header, RFC 7617.
    var basic: String { "Basic " + Data("\(username):\(password)".utf8).base64EncodedString() }

    package var description: String { username }
    package var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}
