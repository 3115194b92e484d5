import ArgumentParser
import Settings

/// `roost serve`
struct ServeCommand: PerformableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve pulls and pushes until asked to stop.",
        discussion: """
            Needs no settings: it then listens on 0.0.0.0:5000, stores in /var/lib/roost, and is open to private \
            networks only. A flag wins over its environment variable, that over the settings file, that over the \
            default.

            SIGTERM and SIGINT let requests under way finish for up to 30 seconds.

            Exit status: 0 when stopped, 1 when the server cannot start (port in use, directory not writable), 64 for \
            a mistake in the command line, 78 for one in the settings.

            EXAMPLES
              roost serve --storage ./data
              roost serve --config /etc/roost/roost.yaml
              roost serve --listen '[::]:5000'
              ROOST_LISTEN=127.0.0.1:5001 roost serve
            """)

    @Option(help: ArgumentHelp("The settings file, in YAML. (environment: ROOST_CONFIG)", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Where to accept connections; port 0 chooses a free one. (environment: ROOST_LISTEN)",
            valueName: "host:port"))
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "The directory for everything stored, made when missing. (environment: ROOST_STORAGE_PATH)",
            valueName: "path"))
    var storage: String?

    func perform(in surroundings: Surroundings) async throws {
        let flags = SettingsFlags(config: config, listen: listen, storage: storage)
        try await surroundings.serve(surroundings.settings.load(flags: flags))
    }
}
