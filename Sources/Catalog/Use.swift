package import OCI

/// That something was pulled: the unit in which times of use are written, in batches.
package struct Use: Sendable, Hashable {
    /// What was pulled.
    package enum Subject: Sendable, Hashable {
        /// A manifest of a repository; it counts for all that the manifest references.
        case manifest(Digest, in: Repository)
        /// A blob, through whichever repository.
        case blob(Digest)
    }

    /// What was pulled.
    package let subject: Subject
    /// When it was last pulled.
    package let at: Timestamp

    /// A use of these parts.
    package init(_ subject: Subject, at: Timestamp) {
        self.subject = subject
        self.at = at
    }
}
