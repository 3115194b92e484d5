/// An error that a registry tells its clients: a code of the distribution specification and a sentence for the user.
package struct RegistryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// "Error Codes" of the distribution specification.
    package enum Code: String, Sendable, Hashable, CaseIterable {
        /// The registry has no such blob in this repository.
        case blobUnknown = "BLOB_UNKNOWN"
        /// An upload could not be completed.
        case blobUploadInvalid = "BLOB_UPLOAD_INVALID"
        /// The registry has no such upload.
        case blobUploadUnknown = "BLOB_UPLOAD_UNKNOWN"
        /// The digest given is malformed or is not that of the content.
        case digestInvalid = "DIGEST_INVALID"
        /// The manifest names content that the repository lacks.
        case manifestBlobUnknown = "MANIFEST_BLOB_UNKNOWN"
        /// The manifest is malformed.
        case manifestInvalid = "MANIFEST_INVALID"
        /// The registry has no such manifest in this repository.
        case manifestUnknown = "MANIFEST_UNKNOWN"
        /// The repository's name is malformed.
        case nameInvalid = "NAME_INVALID"
        /// The registry has no such repository.
        case nameUnknown = "NAME_UNKNOWN"
        /// The length given is not that of the content, or too large.
        case sizeInvalid = "SIZE_INVALID"
        /// The tag is malformed, or is not the one in the URL.
        case tagInvalid = "TAG_INVALID"
        /// Who calls is not known.
        case unauthorized = "UNAUTHORIZED"
        /// Who calls is known, and may not.
        case denied = "DENIED"
        /// The registry cannot do that.
        case unsupported = "UNSUPPORTED"
        /// Too many requests; wait before the next one.
        case tooManyRequests = "TOOMANYREQUESTS"
        /// The number of results asked for is malformed.
        case paginationNumberInvalid = "PAGINATION_NUMBER_INVALID"
        /// A range of bytes or an upload's offset does not fit.
        case rangeInvalid = "RANGE_INVALID"
        /// The registry cannot answer now.
        case unavailable = "UNAVAILABLE"
        /// None of the above.
        case unknown = "UNKNOWN"
    }

    /// What kind of error it is.
    package let code: Code
    /// A sentence a user can act on.
    package let message: String
    /// How long to wait before asking again, in seconds, where that is known.
    package let retryAfter: Int?

    /// An error of this code.
    package init(_ code: Code, _ message: String, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

extension RegistryError {
    /// A malformed digest.
    package static func digestInvalid(_ message: String) -> RegistryError { RegistryError(.digestInvalid, message) }
    /// A malformed repository name.
    package static func nameInvalid(_ message: String) -> RegistryError { RegistryError(.nameInvalid, message) }
    /// A malformed tag.
    package static func tagInvalid(_ message: String) -> RegistryError { RegistryError(.tagInvalid, message) }
    /// A malformed manifest.
    package static func manifestInvalid(_ message: String) -> RegistryError { RegistryError(.manifestInvalid, message) }

    /// No such blob in `repository`.
    package static func blobUnknown(_ digest: Digest, in repository: Repository) -> RegistryError {
        RegistryError(.blobUnknown, "\(repository) has no blob \(digest)")
    }

    /// No such manifest in `repository`.
    package static func manifestUnknown(_ reference: ManifestReference, in repository: Repository) -> RegistryError {
        RegistryError(.manifestUnknown, "\(repository) has no manifest \(reference)")
    }

    /// No such repository.
    package static func nameUnknown(_ repository: Repository) -> RegistryError {
        RegistryError(.nameUnknown, "there is no repository \(repository)")
    }
}
