import Yams

/// One value of the settings file together with its place, and the checked ways to read it. Every error names the
/// file, the line and the path of keys that leads to the value.
struct SettingsNode {
    let node: Yams.Node
    let file: String
    let line: Int
    /// The keys from the top to here, joined by dots; empty at the top.
    let path: String

    /// An error about this value.
    func error(_ problem: InvalidValue) -> SettingsError {
        let place = path.isEmpty ? "\(file):\(line)" : "\(file):\(line): \(path)"
        return SettingsError("\(place): \(problem.message)")
    }

    /// Whether nothing, `~` or `null` stands here.
    var isEmpty: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// Whether keys and values stand here.
    var isMap: Bool {
        if case .mapping = node { true } else { false }
    }

    /// A single value as it is written. Numbers and booleans are taken as text, so a password may be all digits.
    func text() throws(SettingsError) -> String {
        guard case .scalar(let scalar) = node else {
            throw error(InvalidValue("is \(kind)", do: "write a single value"))
        }
        guard !isEmpty else { throw error(InvalidValue("has no value", do: "write one or remove the line")) }
        return scalar.string
    }

    /// A single value, read by `parse`.
    func value<Value>(_ parse: (String) throws(InvalidValue) -> Value) throws(SettingsError) -> Value {
        let text = try text()
        do {
            return try parse(text)
        } catch {
            throw self.error(error)
        }
    }

    /// One of the cases of an enumeration, by name.
    func choice<Value: RawRepresentable & CaseIterable>(
        of type: Value.Type
    ) throws(SettingsError) -> Value where Value.RawValue == String {
        try value { text throws(InvalidValue) in
            let names = Value.allCases.map(\.rawValue)
            guard let value = Value(rawValue: text) else {
                throw InvalidValue(
                    "\(InvalidValue.quote(text)) is not known", do: "write \(names.joined(separator: ", "))")
            }
            return value
        }
    }

    /// The items of a list. A lone value is not taken for a list of one.
    func list() throws(SettingsError) -> [SettingsNode] {
        guard case .sequence(let items) = node else {
            if isEmpty {
                throw error(InvalidValue("has no value", do: "write [] for an empty list or remove the line"))
            }
            throw error(InvalidValue("is \(kind)", do: "write a list, such as [a, b]"))
        }
        return items.enumerated().map { index, item in
            SettingsNode(node: item, file: file, line: item.mark?.line ?? line, path: "\(path)[\(index)]")
        }
    }

    /// The keys and values of a map, in the file's order; a map with nothing in it may also be left empty.
    func entries() throws(SettingsError) -> [(key: String, value: SettingsNode)] {
        if isEmpty { return [] }
        guard case .mapping(let pairs) = node else {
            throw error(InvalidValue("is \(kind)", do: "write keys and values, one KEY: VALUE a line"))
        }
        var entries: [(key: String, value: SettingsNode)] = []
        for (key, value) in pairs {
            let keyLine = key.mark?.line ?? line
            guard case .scalar(let name) = key else {
                throw SettingsNode(node: key, file: file, line: keyLine, path: path)
                    .error(InvalidValue("a key is not a single word", do: "write KEY: VALUE"))
            }
            let whole = path.isEmpty ? name.string : "\(path).\(name.string)"
            entries.append((name.string, SettingsNode(node: value, file: file, line: keyLine, path: whole)))
        }
        return entries
    }

    /// The values of a map that takes exactly the keys in `known`, by key.
    func fields(_ known: [String]) throws(SettingsError) -> [String: SettingsNode] {
        var fields: [String: SettingsNode] = [:]
        for (key, value) in try entries() {
            guard known.contains(key) else {
                let advice =
                    Spelling.closest(to: key, among: known).map { "did you mean \($0)?" }
                    ?? "use one of \(known.joined(separator: ", "))"
                throw value.error(InvalidValue("unknown key", do: advice))
            }
            guard fields.updateValue(value, forKey: key) == nil else {
                throw value.error(InvalidValue("is given twice", do: "keep one of them"))
            }
        }
        return fields
    }

    private var kind: String {
        switch node {
        case .scalar: "a single value"
        case .mapping: "a map"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
