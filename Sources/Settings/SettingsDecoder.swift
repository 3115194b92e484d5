import OCI

/// Reads the tree of a settings file over the defaults. It only knows which keys there are and what each holds; how
/// a value is spelled is known by the value's type.
struct SettingsDecoder {
    /// Finds what `{file:}` and `{env:}` stand for.
    let secrets: SecretSources

    /// The settings of a whole file.
    func settings(_ root: SettingsNode) throws(SettingsError) -> ServerSettings {
        let fields = try root.fields(["listen", "storage", "freshness", "upstreams", "local", "access", "log"])
        var settings = ServerSettings()
        if let node = fields["listen"] {
            settings.listen = try node.value { text throws(InvalidValue) in try ListenAddress(text) }
        }
        if let node = fields["storage"] { settings.storage = try storage(node) }
        if let node = fields["freshness"] { settings.freshness = try node.value(DurationText.parse) }
        if let node = fields["upstreams"] { settings.upstreams = try upstreams(node) }
        if let node = fields["local"] { settings.local = try patterns(node) }
        if let node = fields["access"] { settings.access = try access(node) }
        if let node = fields["log"] { settings.log = try log(node) }
        return settings
    }

    private func storage(_ node: SettingsNode) throws(SettingsError) -> StorageSettings {
        let fields = try node.fields(["path"])
        guard let path = fields["path"] else { return StorageSettings() }
        return try path.value { text throws(InvalidValue) in try StorageSettings(reading: text) }
    }

    /// The default upstream stays the first whether the file names it or not; the others follow in the file's order.
    private func upstreams(_ node: SettingsNode) throws(SettingsError) -> [UpstreamSettings] {
        var upstreams = [UpstreamSettings.dockerHub]
        for (host, value) in try node.entries() {
            do {
                try UpstreamSettings.checkHost(host)
            } catch {
                throw value.error(error)
            }
            if let index = upstreams.firstIndex(where: { $0.host == host }) {
                upstreams[index] = try upstream(host, value, standard: upstreams[index].url)
            } else {
                upstreams.append(try upstream(host, value, standard: nil))
            }
        }
        return upstreams
    }

    private func upstream(
        _ host: String, _ node: SettingsNode, standard: String?
    ) throws(SettingsError) -> UpstreamSettings {
        let fields = try node.fields(["url", "username", "password", "freshness"])
        let url: String
        if let node = fields["url"] {
            url = try node.value(RegistryURL.parse)
        } else if let standard {
            url = standard
        } else {
            throw node.error(InvalidValue("has no url", do: "add one, such as url: https://\(host)"))
        }
        var upstream = UpstreamSettings(host: host, url: url)
        if let node = fields["freshness"] { upstream.freshness = try node.value(DurationText.parse) }
        if let node = fields["username"] {
            upstream.username = try node.value { text throws(InvalidValue) in
                // RFC 7617 §2: the first colon ends the user's name.
                guard !text.isEmpty, !text.contains(":") else {
                    throw InvalidValue("the user name is empty or has a colon", do: "write the account's name")
                }
                return text
            }
            guard fields["password"] != nil else {
                throw node.error(InvalidValue("there is no password with it", do: "add password: or remove username:"))
            }
        }
        if let node = fields["password"] {
            guard upstream.username != nil else {
                throw node.error(InvalidValue("there is no username with it", do: "add username: or remove password:"))
            }
            upstream.password = try secret(node)
        }
        return upstream
    }

    private func secret(_ node: SettingsNode) throws(SettingsError) -> Secret {
        guard node.isMap else {
            return try node.value { text throws(InvalidValue) in
                guard !text.isEmpty else { throw InvalidValue("is empty", do: "write it, {file: PATH} or {env: NAME}") }
                return Secret(text)
            }
        }
        let fields = try node.fields(["file", "env"])
        switch (fields["file"], fields["env"]) {
        case (let file?, nil):
            return try file.value { path throws(InvalidValue) in
                try secrets.read(file: path, besides: file.file)
            }
        case (nil, let name?):
            return try name.value(secrets.read(variable:))
        default:
            throw node.error(
                InvalidValue("has not exactly one source", do: "write {file: PATH}, {env: NAME} or the text itself"))
        }
    }

    private func patterns(_ node: SettingsNode) throws(SettingsError) -> [NamePattern] {
        var patterns: [NamePattern] = []
        for item in try node.list() {
            patterns.append(
                try item.value { text throws(InvalidValue) in
                    do throws(NamePattern.Invalid) {
                        return try NamePattern(text)
                    } catch {
                        throw InvalidValue(message: error.message)
                    }
                })
        }
        return patterns
    }

    private func access(_ node: SettingsNode) throws(SettingsError) -> AccessSettings {
        let fields = try node.fields(["trusted", "proxies"])
        var access = AccessSettings()
        if let node = fields["trusted"] { access.trusted = try networks(node) }
        if let node = fields["proxies"] { access.proxies = try networks(node) }
        return access
    }

    private func networks(_ node: SettingsNode) throws(SettingsError) -> [NetworkRange] {
        var networks: [NetworkRange] = []
        for item in try node.list() { networks += try item.value(NetworkRange.networks) }
        return networks
    }

    private func log(_ node: SettingsNode) throws(SettingsError) -> LogSettings {
        let fields = try node.fields(["level", "format"])
        var log = LogSettings()
        if let node = fields["level"] { log.level = try node.choice(of: LogSettings.Level.self) }
        if let node = fields["format"] { log.format = try node.choice(of: LogSettings.Format.self) }
        return log
    }
}
