import ArgumentParser

/// A subcommand that does something, rather than only having subcommands of its own.
protocol PerformableCommand: ParsableCommand {
    /// Does what the command is for. A mistake in the settings or a failed start is thrown as it is.
    func perform(in surroundings: Surroundings) async throws
}
