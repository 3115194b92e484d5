import OCI
import Settings
import Upstream

extension UpstreamSettings {
    /// What the upstream's client needs of these settings.
    ///
    /// - Throws: ``StartupError`` when the host or the URL is none, which the settings have checked before.
    func configuration() throws -> UpstreamConfiguration {
        guard let origin = WebOrigin(url), let host = try? UpstreamHost(host) else {
            throw StartupError(message: "upstreams.\(host): '\(url)' is not the URL of a registry")
        }
        var credentials: Credentials?
        if let username, let password { credentials = Credentials(username: username, password: password.revealed) }
        return UpstreamConfiguration(host: host, origin: origin, credentials: credentials)
    }
}
