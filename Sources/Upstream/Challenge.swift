/// What a `WWW-Authenticate` header asks for, RFC 9110 section 11 and the distribution project's token specification.
enum Challenge: Sendable, Hashable {
    /// A token of the server at `realm`.
    case bearer(realm: String, service: String?, scope: String?)
    /// A name and a password.
    case basic

    /// Reads one header field; nil when it is neither of the two, or malformed.
    init?(_ field: String) {
        let utf8 = Array(field.utf8.prefix(4096))
        var index = 0
        let scheme = Self.token(utf8, &index).lowercased()
        if scheme == "basic" {
            self = .basic
            return
        }
        guard scheme == "bearer" else { return nil }
        var parameters: [String: String] = [:]
        while index < utf8.count {
            Self.skip(utf8, &index, over: [UInt8(ascii: " "), UInt8(ascii: ","), UInt8(ascii: "\t")])
            let name = Self.token(utf8, &index).lowercased()
            guard !name.isEmpty, index < utf8.count, utf8[index] == UInt8(ascii: "=") else { break }
            index += 1
            parameters[name] = Self.value(utf8, &index)
        }
        guard let realm = parameters["realm"] else { return nil }
        self = .bearer(realm: realm, service: parameters["service"], scope: parameters["scope"])
    }

    private static func skip(_ bytes: [UInt8], _ index: inout Int, over characters: [UInt8]) {
        while index < bytes.count, characters.contains(bytes[index]) { index += 1 }
    }

    private static func token(_ bytes: [UInt8], _ index: inout Int) -> String {
        let start = index
        while index < bytes.count, !" ,=\"\t".utf8.contains(bytes[index]) { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func value(_ bytes: [UInt8], _ index: inout Int) -> String {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return token(bytes, &index) }
        index += 1
        var value: [UInt8] = []
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
            value.append(bytes[index])
            index += 1
        }
        index += 1
        return String(decoding: value, as: UTF8.self)
    }
}
