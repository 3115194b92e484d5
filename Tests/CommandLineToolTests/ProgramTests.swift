import CommandLineTool
import RoostServer
import Settings
import Synchronization
import Testing

@Suite("The command line")
struct ProgramTests {
    /// What a run of the program left behind.
    private struct Run {
        var status: Int32 = -1
        var output = ""
        var errors = ""
        var served: [ServerSettings] = []
    }

    private static let files = [
        "good.yaml": "listen: 127.0.0.1:7000\nstorage: {path: /from/file}",
        "bad.yaml": "listen: 127.0.0.1:7000\nlisten_on: x",
    ]

    private func run(
        _ arguments: String..., environment: [String: String] = [:], failing failure: (any Error)? = nil
    ) async -> Run {
        await run(arguments, environment: environment, failing: failure)
    }

    private func run(
        _ arguments: [String], environment: [String: String] = [:], failing failure: (any Error)? = nil
    ) async -> Run {
        let record = Mutex(Run())
        let program = Program(
            in: Surroundings(
                environment: environment,
                readFile: { path throws(UnreadableFile) in
                    guard let text = Self.files[path] else { throw UnreadableFile(reason: "there is no such file") }
                    return Array(text.utf8)
                },
                output: { text in record.withLock { $0.output += text } },
                errors: { text in record.withLock { $0.errors += text } },
                serve: { settings in
                    if let failure { throw failure }
                    record.withLock { $0.served.append(settings) }
                }))
        let status = await program.run(arguments)
        return record.withLock { run in
            run.status = status
            return run
        }
    }

    @Test("--version prints the version")
    func version() async {
        let run = await run("--version")
        #expect((run.status, run.output, run.errors) == (0, "roost 0.1.0\n", ""))
    }

    @Test("serve without flags serves the defaults")
    func defaults() async {
        let run = await run("serve")
        #expect(run.status == 0)
        #expect(run.served == [ServerSettings()])
        #expect(run.output + run.errors == "")
    }

    @Test("serve puts flags over environment over file")
    func precedence() async {
        let run = await run(
            "serve", "--config", "good.yaml", "--listen=[::1]:0", environment: ["ROOST_STORAGE_PATH": "/from/env"])
        #expect(run.served.map(\.listen) == [ListenAddress(host: "::1", port: 0)])
        #expect(run.served.map(\.storage.path) == ["/from/env"])
    }

    @Test("a mistake in the settings is one line and status 78, and nothing is started")
    func settingsMistake() async {
        for run in [
            await run("serve", "--config", "bad.yaml"), await run("serve", environment: ["ROOST_CONFIG": "bad.yaml"]),
        ] {
            #expect(run.status == 78)
            #expect(run.errors == "roost: bad.yaml:2: listen_on: unknown key; did you mean listen?\n")
            #expect(run.served.isEmpty)
            #expect(run.output.isEmpty)
        }
        #expect(await run("serve", "--listen", "5000").errors.hasPrefix("roost: --listen: '5000' is not an address"))
        #expect(await run("serve", "--config", "none.yaml").status == 78)
    }

    @Test("a server that cannot start is one line and status 1")
    func startupFailure() async {
        let run = await run("serve", failing: StartupError(message: "port 5000 is in use;\nstop what listens there"))
        #expect(run.status == 1)
        #expect(run.errors == "roost: port 5000 is in use; stop what listens there\n")
    }

    @Test("config check says ok, or what is wrong")
    func configCheck() async {
        let good = await run("config", "check", "good.yaml")
        #expect((good.status, good.output, good.errors) == (0, "good.yaml: ok\n", ""))
        let bad = await run("config", "check", "bad.yaml", environment: ["ROOST_LISTEN": "ignored"])
        #expect(bad.status == 78)
        #expect(bad.errors == "roost: bad.yaml:2: listen_on: unknown key; did you mean listen?\n")
        #expect(bad.output.isEmpty)
        #expect(await run("config", "check", "none.yaml").status == 78)
    }

    @Test(
        "wrong usage has status 64 and starts nothing",
        arguments: [
            ["serve", "--port", "1"], ["sevre"], ["serve", "extra"], ["config", "check"], ["serve", "--listen"],
        ])
    func usage(arguments: [String]) async {
        let run = await run(arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains("Usage: roost"))
        #expect(run.served.isEmpty)
    }

    @Test("help is printed for the program, a group and a command")
    func help() async {
        for (run, expected) in [
            (await run(), "SUBCOMMANDS"), (await run("--help"), "serve"), (await run("config"), "check"),
            (await run("serve", "--help"), "ROOST_LISTEN"), (await run("help", "config", "check"), "EXAMPLES"),
        ] {
            #expect(run.status == 0)
            #expect(run.output.contains(expected))
            #expect(run.errors.isEmpty)
        }
    }
}
