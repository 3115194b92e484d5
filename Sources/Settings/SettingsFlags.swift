/// What was given on the command line; nil where nothing was.
package struct SettingsFlags: Sendable, Equatable {
    /// `--config FILE`
    package var config: String?
    /// `--listen HOST:PORT`
    package var listen: String?
    /// `--storage PATH`
    package var storage: String?

    /// The values of the flags.
    package init(config: String? = nil, listen: String? = nil, storage: String? = nil) {
        self.config = config
        self.listen = listen
        self.storage = storage
    }
}
