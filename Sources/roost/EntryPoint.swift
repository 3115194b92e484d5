import CommandLineTool
import Foundation

@main
enum EntryPoint {
    static func main() async {
        exit(await Program(in: .process).run(Array(CommandLine.arguments.dropFirst())))
    }
}
