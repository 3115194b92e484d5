import ArgumentParser

/// `roost config`
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Work with settings files.",
        subcommands: [ConfigCheckCommand.self])
}
