/// The version of this program, in the one place where it is written.
enum Version {
    static let text = "0.1.0"
}
