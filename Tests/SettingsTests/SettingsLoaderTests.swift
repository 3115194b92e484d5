import Foundation
import Settings
import Testing

@Suite("Precedence of settings")
struct SettingsLoaderTests {
    private let files = [
        "file.yaml": "listen: 127.0.0.1:1\nstorage: {path: /file}", "other.yaml": "listen: 127.0.0.1:9",
    ]

    @Test("without anything the defaults hold")
    func defaults() throws {
        let settings = try FakeFiles().loader.load()
        #expect(settings == ServerSettings())
        #expect(settings.listen.description == "0.0.0.0:5000")
        #expect(settings.storage.path == "/var/lib/roost")
        #expect(settings.freshness == .seconds(300))
        #expect(settings.upstreams == [.dockerHub])
    }

    @Test("flags win over the environment, over the file, over the defaults")
    func precedence() throws {
        let environment = ["ROOST_CONFIG": "file.yaml", "ROOST_LISTEN": "127.0.0.1:2", "ROOST_STORAGE_PATH": "/env"]
        let fromFile = try FakeFiles(files, environment: ["ROOST_CONFIG": "file.yaml"]).loader.load()
        #expect((fromFile.listen.port, fromFile.storage.path) == (1, "/file"))
        let loader = FakeFiles(files, environment: environment).loader
        let fromEnvironment = try loader.load()
        #expect((fromEnvironment.listen.port, fromEnvironment.storage.path) == (2, "/env"))
        let fromFlags = try loader.load(flags: SettingsFlags(listen: "[::1]:3", storage: "/flag"))
        #expect((fromFlags.listen, fromFlags.storage.path) == (ListenAddress(host: "::1", port: 3), "/flag"))
        let otherFile = try FakeFiles(files, environment: ["ROOST_CONFIG": "file.yaml"]).loader
            .load(flags: SettingsFlags(config: "other.yaml"))
        #expect((otherFile.listen.port, otherFile.storage.path) == (9, "/var/lib/roost"))
    }

    @Test("an empty variable counts as not set")
    func emptyVariables() throws {
        let environment = ["ROOST_CONFIG": "", "ROOST_LISTEN": "", "ROOST_STORAGE_PATH": ""]
        #expect(try FakeFiles(environment: environment).loader.load() == ServerSettings())
    }

    @Test("a mistake in a variable or a flag names it")
    func places() {
        #expect {
            try FakeFiles(environment: ["ROOST_LISTEN": "5000"]).loader.load()
        } throws: { "\($0)".hasPrefix("ROOST_LISTEN: '5000' is not an address") }
        #expect {
            try FakeFiles().loader.load(flags: SettingsFlags(listen: "x:99999"))
        } throws: { "\($0)".hasPrefix("--listen: '99999' is not a port") }
        #expect {
            try FakeFiles().loader.load(flags: SettingsFlags(storage: ""))
        } throws: { "\($0)".hasPrefix("--storage: the path is empty; name a directory") }
        #expect {
            try FakeFiles(environment: ["ROOST_CONFIG": "gone"]).loader.load()
        } throws: { "\($0)".hasPrefix("gone (named by ROOST_CONFIG): cannot be read") }
    }

    @Test("real files are read, and what is none is named")
    func realFiles() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "roost-settings-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "a").path
        try Data("x: y".utf8).write(to: URL(filePath: file))
        #expect(try SettingsFileReader.read(file) == Array("x: y".utf8))
        #expect(throws: UnreadableFile(reason: "it is a directory")) { try SettingsFileReader.read(folder.path) }
        #expect(throws: UnreadableFile(reason: "there is no such file")) { try SettingsFileReader.read(file + "x") }
        #expect(throws: UnreadableFile.self) { try SettingsFileReader.read("a\0b") }
        #expect(try SettingsFileReader.read("/dev/zero").count == (1 << 20) + 1)
    }
}
