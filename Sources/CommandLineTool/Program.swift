import ArgumentParser
import RoostServer
import Settings

/// The whole program but for the process around it: arguments in, exit status out.
package struct Program: Sendable {
    private let surroundings: Surroundings

    /// The program in the given surroundings.
    package init(in surroundings: Surroundings) {
        self.surroundings = surroundings
    }

    /// Runs one command to its end.
    /// - Parameter arguments: without the program's own name.
    /// - Returns: the exit status: 0 success, 1 failure, 64 wrong usage, 78 wrong settings.
    package func run(_ arguments: [String]) async -> Int32 {
        var command: any ParsableCommand
        do {
            command = try RoostCommand.parseAsRoot(arguments)
        } catch {
            return report(parsing: error)
        }
        do {
            if let performable = command as? any PerformableCommand {
                try await performable.perform(in: surroundings)
            } else {
                return runBuiltIn(&command)
            }
            return ExitStatus.success
        } catch let error as SettingsError {
            return fail(error.message, status: ExitStatus.settings)
        } catch let error as StartupError {
            return fail(error.message, status: ExitStatus.failure)
        } catch {
            return fail("\(error)", status: ExitStatus.failure)
        }
    }

    /// Runs a command that ArgumentParser brings along or that only groups others: all they do is ask for help.
    private func runBuiltIn(_ command: inout any ParsableCommand) -> Int32 {
        do {
            try command.run()
            return ExitStatus.success
        } catch {
            return report(parsing: error)
        }
    }

    /// Requests for help and for the version come as errors too.
    private func report(parsing error: any Error) -> Int32 {
        let status = RoostCommand.exitCode(for: error).rawValue
        let text = RoostCommand.fullMessage(for: error) + "\n"
        if status == ExitStatus.success {
            surroundings.output(text)
        } else {
            surroundings.errors(text)
        }
        return status
    }

    /// One line, whatever the message holds.
    private func fail(_ message: String, status: Int32) -> Int32 {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        surroundings.errors("roost: \(line)\n")
        return status
    }
}
