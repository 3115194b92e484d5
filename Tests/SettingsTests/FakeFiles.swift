import Settings

/// Files and variables that exist only in a test.
struct FakeFiles {
    var files: [String: [UInt8]] = [:]
    var environment: [String: String] = [:]

    init(_ files: [String: String] = [:], environment: [String: String] = [:]) {
        self.files = files.mapValues { Array($0.utf8) }
        self.environment = environment
    }

    var loader: SettingsLoader {
        let files = self.files
        return SettingsLoader(environment: environment) { path throws(UnreadableFile) in
            guard let content = files[path] else { throw UnreadableFile(reason: "there is no such file") }
            return content
        }
    }

    /// The settings of a file `roost.yaml` with this text.
    static func load(_ text: String, environment: [String: String] = [:]) throws -> ServerSettings {
        try FakeFiles(["roost.yaml": text], environment: environment).loader.load(file: "roost.yaml")
    }

    /// The message that a file `roost.yaml` with this text is refused with, or nil.
    static func refusal(_ text: String) -> String? {
        do {
            _ = try FakeFiles(["roost.yaml": text]).loader.load(file: "roost.yaml")
            return nil
        } catch {
            return error.message
        }
    }
}
