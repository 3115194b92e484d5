import ArgumentParser
import Settings

/// `roost config check`
struct ConfigCheckCommand: PerformableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether a settings file can be used.",
        discussion: """
            Reads the file as 'roost serve' would, secrets from files and variables included, and starts nothing. \
            Prints 'FILE: ok', or one line that names the file, the line, the key, what is wrong and what to do; the \
            exit status is then 78.

            EXAMPLES
              roost config check /etc/roost/roost.yaml
              roost config check roost.yaml && roost serve --config roost.yaml
            """)

    @Argument(help: "The settings file, in YAML.")
    var file: String

    func perform(in surroundings: Surroundings) async throws {
        _ = try surroundings.settings.load(file: file)
        surroundings.output("\(file): ok\n")
    }
}
