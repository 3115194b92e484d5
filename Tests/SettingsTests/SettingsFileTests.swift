import OCI
import Settings
import Testing

@Suite("The settings file")
struct SettingsFileTests {
    static let whole = """
        listen: "[::]:6000"
        storage:
          path: /srv/roost
        freshness: 1h30m   # a comment
        upstreams:
          docker.io:
            username: alice
            password: {file: hub}
            freshness: 1m
          ghcr.io:
            url: https://ghcr.io/
        local: ["team/*", infra/**]
        access:
          trusted: [private, 203.0.113.0/24]
          proxies: [10.0.0.2]
        log: {level: debug, format: json}
        """

    @Test("every key is read")
    func everyKey() throws {
        let files = FakeFiles(["/etc/roost/roost.yaml": Self.whole, "/etc/roost/hub": "s3cret\n"])
        let settings = try files.loader.load(file: "/etc/roost/roost.yaml")
        let expected = ServerSettings(
            listen: ListenAddress(host: "::", port: 6000), storage: StorageSettings(path: "/srv/roost"),
            freshness: .seconds(5400),
            upstreams: [
                UpstreamSettings(
                    host: "docker.io", url: "https://registry-1.docker.io", username: "alice",
                    password: Secret("s3cret"), freshness: .seconds(60)),
                UpstreamSettings(host: "ghcr.io", url: "https://ghcr.io"),
            ],
            local: [try NamePattern("team/*"), try NamePattern("infra/**")],
            access: AccessSettings(
                trusted: NetworkRange.privateNetworks + [try NetworkRange("203.0.113.0/24")],
                proxies: [try NetworkRange("10.0.0.2")]),
            log: LogSettings(level: .debug, format: .json))
        #expect(settings == expected)
    }

    @Test(
        "a file that sets nothing leaves the defaults",
        arguments: [
            "", "\n", "# nothing\n", "---\n", "{}", "upstreams:\n  # none yet\n", "storage:", "\u{FEFF}# bom\n",
        ])
    func nothingSet(text: String) throws {
        #expect(try FakeFiles.load(text) == ServerSettings())
    }

    @Test("docker.io stays an upstream, and stays the first, when others are named")
    func dockerHubStays() throws {
        let settings = try FakeFiles.load("upstreams: {ghcr.io: {url: 'http://[::1]:80/x'}, docker.io: }")
        #expect(settings.upstreams.map(\.host) == ["docker.io", "ghcr.io"])
        #expect(settings.upstreams.map(\.url) == ["https://registry-1.docker.io", "http://[::1]:80/x"])
    }

    @Test("a secret may be text, all digits too, a file or a variable")
    func secrets() throws {
        func password(_ yaml: String) throws -> String? {
            var files = FakeFiles(
                ["roost.yaml": "upstreams: {docker.io: {username: a, password: \(yaml)}}", "/run/hub": "two\r\n"],
                environment: ["HUB": "three"])
            files.files["/run/empty"] = []
            return try files.loader.load(file: "roost.yaml").upstreams.first?.password?.revealed
        }
        #expect(try password("one") == "one")
        #expect(try password("0123") == "0123")
        #expect(try password("{file: /run/hub}") == "two")
        #expect(try password("{env: HUB}") == "three")
        #expect(throws: SettingsError.self) { try password("{file: /run/none}") }
        #expect(throws: SettingsError.self) { try password("{file: /run/empty}") }
        #expect(throws: SettingsError.self) { try password("{env: NONE}") }
        #expect(throws: SettingsError.self) { try password("{env: HUB, file: /run/hub}") }
        #expect(throws: SettingsError.self) { try password("''") }
    }

    @Test("a shared value may be written once and referred to")
    func alias() throws {
        let settings = try FakeFiles.load("freshness: &f 2h\nupstreams: {docker.io: {freshness: *f}}")
        #expect(settings.upstreams.first?.freshness == .seconds(7200))
    }

    @Test(
        "a mistake is one line that names the file, the line, the key, what is wrong and what to do",
        arguments: [
            ("listen: 0.0.0.0:5000\nstorge: {}", "roost.yaml:2: storge: unknown key; did you mean storage?"),
            ("access:\n  trustd: []", "roost.yaml:2: access.trustd: unknown key; did you mean trusted?"),
            ("xyzzy: 1", "roost.yaml:1: xyzzy: unknown key; use one of listen, storage, "),
            ("\nfreshness: 5", "roost.yaml:2: freshness: '5' has no unit; add one, such as 5s for seconds"),
            ("listen: 5000", "roost.yaml:1: listen: '5000' is not an address with a port; write HOST:PORT"),
            ("storage: /data", "roost.yaml:1: storage: is a single value; write keys and values"),
            ("storage:\n  path: [a]", "roost.yaml:2: storage.path: is a list; write a single value"),
            ("storage:\n  path:", "roost.yaml:2: storage.path: has no value; write one or remove the line"),
            ("- a\n- b", "roost.yaml:1: is a list; write keys and values"),
            ("just text", "roost.yaml:1: is a single value; write keys and values"),
            ("local: team/*", "roost.yaml:1: local: is a single value; write a list, such as [a, b]"),
            ("local:\n  - ok\n  - Team/*", "roost.yaml:3: local[1]: a name pattern has a character"),
            ("access: {trusted: }", "roost.yaml:1: access.trusted: has no value; write [] for an empty list"),
            ("access:\n  trusted:\n  - 10.0.0.0/33", "roost.yaml:3: access.trusted[0]: '10.0.0.0/33' has a prefix"),
            ("log: {level: loud}", "roost.yaml:1: log.level: 'loud' is not known; write trace, debug, info"),
            ("listen: a:1\nlisten: b:2", "roost.yaml:1: 'listen' is given twice; keep one of them"),
            ("a: [1\nb: 2", "roost.yaml:2: not valid YAML: did not find expected ',' or ']'"),
            ("a: \"x", "roost.yaml:1: not valid YAML: found unexpected end of stream"),
            ("a: *b", "roost.yaml:1: not valid YAML: found undefined alias"),
            ("a: b\n---\nc: d", "roost.yaml:2: not valid YAML: but found another document"),
            ("a: \u{1}", "roost.yaml:1: not valid YAML: control characters are not allowed"),
            ("? [a, b]\n: c", "roost.yaml:1: a key is not a single word; write KEY: VALUE"),
            ("\"a\\nb\": c", "roost.yaml:1: a\u{FFFD}b: unknown key"),
            ("upstreams:\n  Docker.io: {}", "roost.yaml:2: upstreams.Docker.io: a registry's host is lower case"),
            ("upstreams:\n  hub: {}", "roost.yaml:2: upstreams.hub: 'hub' has neither a dot nor a port"),
            (
                "upstreams:\n  ghcr.io:",
                "roost.yaml:2: upstreams.ghcr.io: has no url; add one, such as url: https://ghcr.io"
            ),
            (
                "upstreams: {docker.io: {url: 'https://u:p@x.y'}}",
                "roost.yaml:1: upstreams.docker.io.url: the URL has a user in it; put it into username: and password:"
            ),
            ("upstreams: {docker.io: {url: ftp://x}}", "roost.yaml:1: upstreams.docker.io.url: the URL does not start"),
            (
                "upstreams: {docker.io: {url: 'http://x?y'}}",
                "roost.yaml:1: upstreams.docker.io.url: the URL has a query"
            ),
            (
                "upstreams: {docker.io: {url: 'http://:80'}}",
                "roost.yaml:1: upstreams.docker.io.url: the URL has no valid"
            ),
            (
                "upstreams: {docker.io: {url: 'http://x:0'}}",
                "roost.yaml:1: upstreams.docker.io.url: the URL has a port"
            ),
            (
                "upstreams: {docker.io: {username: a}}",
                "roost.yaml:1: upstreams.docker.io.username: there is no password with it"
            ),
            (
                "upstreams:\n  docker.io:\n    username: a\n    password: {file: /none}",
                "roost.yaml:4: upstreams.docker.io.password.file: cannot read '/none': there is no such file; check"
            ),
        ])
    func mistakes(text: String, expected: String) throws {
        let message = try #require(FakeFiles.refusal(text))
        #expect(message.hasPrefix(expected), "\(message)")
        #expect(!message.contains("\n"))
    }

    @Test("a secret never shows in a mistake about it")
    func secretStaysHidden() throws {
        let message = try #require(FakeFiles.refusal("upstreams: {docker.io: {password: hunter2}}"))
        #expect(!message.contains("hunter2"))
    }

    @Test("a missing file, a huge one and one that is not text are refused")
    func badFiles() {
        var files = FakeFiles()
        files.files["huge"] = [UInt8](repeating: UInt8(ascii: "#"), count: (1 << 20) + 1)
        files.files["binary"] = Array("a: b\n".utf8) + [0xFF, 0xFE]
        let loader = files.loader
        func refusal(_ path: String) -> String {
            do {
                _ = try loader.load(flags: SettingsFlags(config: path))
                return ""
            } catch {
                return error.message
            }
        }
        #expect(
            refusal("none") == "none (named by --config): cannot be read: there is no such file; "
                + "check the path and its permissions")
        #expect(refusal("huge").hasPrefix("huge: larger than 1 MiB;"))
        #expect(refusal("binary") == "binary:2: not UTF-8 text; save the file as UTF-8")
    }

    @Test("aliases of aliases and deep nesting are refused at once")
    func bombs() {
        var bomb = "a0: &a0 [x, x]\n"
        for level in 1..<30 {
            bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
        }
        bomb += "? *a29\n: x\n"
        #expect(FakeFiles.refusal(bomb)?.contains("YAML aliases") == true)
        for opening in ["[", "{a: ", "- ", "? "] {
            #expect(FakeFiles.refusal(String(repeating: opening, count: 100_000)) != nil)
            #expect(FakeFiles.refusal(String(repeating: opening, count: 900)) != nil)
        }
    }
}
