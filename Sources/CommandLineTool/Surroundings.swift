import Foundation
import RoostServer
package import Settings

/// Everything outside the program that a command may touch, so that tests can put something else in its place.
package struct Surroundings: Sendable {
    /// The process's variables.
    package var environment: [String: String]
    /// Reads settings and secrets.
    package var readFile: SettingsLoader.FileReader
    /// Writes text for the user, as it is.
    package var output: @Sendable (String) -> Void
    /// Writes text about what went wrong, as it is.
    package var errors: @Sendable (String) -> Void
    /// Runs a server until it is asked to stop.
    package var serve: @Sendable (ServerSettings) async throws -> Void

    /// Surroundings from their parts.
    package init(
        environment: [String: String], readFile: @escaping SettingsLoader.FileReader,
        output: @escaping @Sendable (String) -> Void, errors: @escaping @Sendable (String) -> Void,
        serve: @escaping @Sendable (ServerSettings) async throws -> Void
    ) {
        self.environment = environment
        self.readFile = readFile
        self.output = output
        self.errors = errors
        self.serve = serve
    }

    /// The real ones.
    package static var process: Surroundings {
        Surroundings(
            environment: ProcessInfo.processInfo.environment,
            readFile: SettingsFileReader.read,
            // When nobody reads what is said, there is nobody to tell that either.
            output: { try? FileHandle.standardOutput.write(contentsOf: Data($0.utf8)) },
            errors: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) },
            serve: { try await Roost(settings: $0, version: Version.text).run() })
    }

    /// Reads settings in these surroundings.
    var settings: SettingsLoader { SettingsLoader(environment: environment, readFile: readFile) }
}
