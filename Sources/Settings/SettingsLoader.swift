/// Puts a server's settings together: flags win over the environment, over the file, over the defaults.
///
/// The environment's variables are `ROOST_CONFIG`, `ROOST_LISTEN` and `ROOST_STORAGE_PATH`; an empty one counts as
/// not set. Touches nothing but what it was given, so the result depends on nothing else.
package struct SettingsLoader: Sendable {
    /// Reads a whole file. It may stop and fail above 1 MiB.
    package typealias FileReader = @Sendable (_ path: String) throws(UnreadableFile) -> [UInt8]

    private let environment: [String: String]
    private let readFile: FileReader

    /// - Parameters:
    ///   - environment: the process's variables.
    ///   - readFile: how files are read: the settings file, and secrets that it names.
    package init(environment: [String: String], readFile: @escaping FileReader) {
        self.environment = environment
        self.readFile = readFile
    }

    /// The settings to start a server with. The first mistake found is thrown; it names the file and line, the
    /// variable or the flag.
    package func load(flags: SettingsFlags = SettingsFlags()) throws(SettingsError) -> ServerSettings {
        var settings = ServerSettings()
        if let path = flags.config {
            settings = try load(file: path, namedBy: "--config")
        } else if let path = variable("ROOST_CONFIG") {
            settings = try load(file: path, namedBy: "ROOST_CONFIG")
        }
        if let (text, place) = given(flags.listen, "--listen", "ROOST_LISTEN") {
            settings.listen = try read(text, place) { text throws(InvalidValue) in try ListenAddress(text) }
        }
        if let (text, place) = given(flags.storage, "--storage", "ROOST_STORAGE_PATH") {
            settings.storage = try read(text, place) { text throws(InvalidValue) in try StorageSettings(reading: text) }
        }
        return settings
    }

    /// The settings that one file describes, over the defaults and without flags and environment (except where the
    /// file itself asks for a variable).
    package func load(file path: String) throws(SettingsError) -> ServerSettings {
        try load(file: path, namedBy: nil)
    }

    private func load(file path: String, namedBy source: String?) throws(SettingsError) -> ServerSettings {
        let bytes: [UInt8]
        do {
            bytes = try readFile(path)
        } catch {
            let origin = source.map { " (named by \($0))" } ?? ""
            throw SettingsError("\(path)\(origin): cannot be read: \(error.reason); check the path and its permissions")
        }
        guard let root = try YAMLDocument.compose(bytes, file: path) else { return ServerSettings() }
        return try SettingsDecoder(secrets: SecretSources(environment: environment, readFile: readFile)).settings(root)
    }

    private func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func given(_ flag: String?, _ flagName: String, _ variableName: String) -> (text: String, place: String)? {
        if let flag { return (flag, flagName) }
        return variable(variableName).map { ($0, variableName) }
    }

    private func read<Value>(
        _ text: String, _ place: String, _ parse: (String) throws(InvalidValue) -> Value
    ) throws(SettingsError) -> Value {
        do {
            return try parse(text)
        } catch {
            throw SettingsError("\(place): \(error.message)")
        }
    }
}
