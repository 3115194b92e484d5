/// Where secrets come from that the settings file does not hold itself.
struct SecretSources {
    let environment: [String: String]
    let readFile: SettingsLoader.FileReader

    /// The text of a file without the line break at its end. A relative path counts from the settings file's folder.
    func read(file path: String, besides settingsFile: String) throws(InvalidValue) -> Secret {
        let path = Self.resolve(path, besides: settingsFile)
        let bytes: [UInt8]
        do {
            bytes = try readFile(path)
        } catch {
            throw InvalidValue(
                "cannot read \(InvalidValue.quote(path)): \(error.reason)", do: "check the path and its permissions")
        }
        guard bytes.count <= 65536, var text = String(validating: bytes, as: UTF8.self) else {
            throw InvalidValue(
                "\(InvalidValue.quote(path)) is not a text of at most 64 KiB", do: "name a file with just the secret")
        }
        if text.last == "\n" || text.last == "\r\n" { text.removeLast() }
        guard !text.isEmpty else {
            throw InvalidValue("\(InvalidValue.quote(path)) is empty", do: "write the secret into it")
        }
        return Secret(text)
    }

    /// The text of an environment variable.
    func read(variable name: String) throws(InvalidValue) -> Secret {
        guard let text = environment[name], !text.isEmpty else {
            throw InvalidValue(
                "the environment variable \(InvalidValue.quote(name)) is not set", do: "set it for the server")
        }
        return Secret(text)
    }

    private static func resolve(_ path: String, besides settingsFile: String) -> String {
        guard !path.hasPrefix("/"), let slash = settingsFile.lastIndex(of: "/") else { return path }
        return settingsFile[...slash] + path
    }
}
