import ArgumentParser

/// `roost`
struct RoostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roost",
        abstract: "A pull-through cache for every container registry, and a private one to push to.",
        discussion: """
            Start it with 'roost serve', then name it as a mirror in /etc/docker/daemon.json of each Docker host:

              {"registry-mirrors": ["http://192.168.0.10:5000"],
               "insecure-registries": ["192.168.0.10:5000"]}
            """,
        version: "roost \(Version.text)",
        subcommands: [ServeCommand.self, ConfigCommand.self])
}
