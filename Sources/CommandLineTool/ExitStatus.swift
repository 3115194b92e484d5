/// What the program ends with. The numbers from 64 on are those of `sysexits.h`.
enum ExitStatus {
    /// All went well.
    static let success: Int32 = 0
    /// The settings are fine, but the server could not be started with them, or stopped with an error.
    static let failure: Int32 = 1
    /// The settings are wrong (`EX_CONFIG`).
    static let settings: Int32 = 78
}
