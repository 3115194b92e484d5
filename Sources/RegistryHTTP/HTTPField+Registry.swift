import HTTPTypes

/// The header fields of registries.
extension HTTPField.Name {
    static let dockerContentDigest = literal("Docker-Content-Digest")
    static let dockerUploadUUID = literal("Docker-Upload-UUID")
    static let dockerAPIVersion = literal("Docker-Distribution-Api-Version")
    static let ociNamespace = literal("OCI-Namespace")
    static let ociSubject = literal("OCI-Subject")
    static let ociFiltersApplied = literal("OCI-Filters-Applied")
    static let forwardedFor = literal("X-Forwarded-For")
    static let link = literal("Link")
    /// How a pull was answered: `hit`, `miss` or `stale`.
    static let roostOutcome = literal("Roost-Outcome")

    private static func literal(_ text: String) -> HTTPField.Name {
        // Called with the literals above only, each a valid field name.
        guard let name = HTTPField.Name(text) else { preconditionFailure("'\(text)' is not a field name") }
        return name
    }
}
