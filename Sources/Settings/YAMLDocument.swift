import Yams

/// Turns the bytes of a settings file into a tree whose nodes know their lines.
enum YAMLDocument {
    /// Larger files are refused unread: no settings are that long.
    static let maximumSize = 1 << 20
    /// More aliases than this could blow a small file up to a huge tree.
    private static let maximumAliases = 32

    /// The root of the file's one document, or nil when there is nothing but comments in it.
    static func compose(_ bytes: [UInt8], file: String) throws(SettingsError) -> SettingsNode? {
        guard bytes.count <= maximumSize else {
            throw SettingsError("\(file): larger than 1 MiB; this is not a settings file, name another one")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let line = bytes.prefix(validPrefix(of: bytes)).count { $0 == UInt8(ascii: "\n") } + 1
            throw SettingsError("\(file):\(line): not UTF-8 text; save the file as UTF-8")
        }
        guard aliases(in: bytes) <= maximumAliases else {
            throw SettingsError(
                "\(file):1: more than \(maximumAliases) YAML aliases; write the values out instead of using & and *")
        }
        do {
            guard let root = try Yams.compose(yaml: text, .default, .default, .utf8) else { return nil }
            return SettingsNode(node: root, file: file, line: root.mark?.line ?? 1, path: "")
        } catch let error as YamlError {
            throw SettingsError(Self.message(error, bytes: bytes, file: file))
        } catch {
            throw SettingsError("\(file): cannot be read as YAML; check its syntax")
        }
    }

    /// An upper bound of the aliases in a file that has anchors: `*` before a name, where a value can start. It also
    /// counts what looks so within comments, which does no harm at this limit.
    private static func aliases(in bytes: [UInt8]) -> Int {
        var anchors = 0
        var aliases = 0
        var before = UInt8(ascii: "\n")
        for byte in bytes {
            let startsValue =
                before <= 0x20 || before == UInt8(ascii: "[") || before == UInt8(ascii: ",")
                || before == UInt8(ascii: "{") || before == UInt8(ascii: ":")
            if startsValue, byte == UInt8(ascii: "*") { aliases += 1 }
            if startsValue, byte == UInt8(ascii: "&") { anchors += 1 }
            before = byte
        }
        return anchors == 0 ? 0 : aliases
    }

    /// How many bytes from the start are well-formed UTF-8.
    private static func validPrefix(of bytes: [UInt8]) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var length = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            length += UTF8.width(scalar)
        }
        return length
    }

    private static func message(_ error: YamlError, bytes: [UInt8], file: String) -> String {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let circumstance = context.map { " (\($0.text) in line \($0.mark.line))" } ?? ""
            return "\(file):\(mark.line): not valid YAML: \(problem)\(circumstance); "
                + "check indentation, quotes and brackets there"
        case .duplicatedKeysInMapping(let names, let context):
            let name = names.first.map(InvalidValue.quote) ?? "a key"
            return "\(file):\(context.mark.line): \(name) is given twice; keep one of them"
        case .reader(let problem, let offset, _, let text):
            let line = text.unicodeScalars.prefix(offset ?? 0).count { $0 == "\n" } + 1
            return "\(file):\(line): not valid YAML: \(problem); remove the character"
        default:
            return "\(file):1: not valid YAML; check its syntax"
        }
    }
}
