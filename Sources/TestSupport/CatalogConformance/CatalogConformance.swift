package import Catalog
import OCI
import Testing

/// What every implementation of `CatalogStorage` must pass.
///
/// An implementation's test target runs them all with one parameterised test:
/// ```swift
/// @Test("keeps the catalog's contract", arguments: CatalogConformance.all)
/// func conforms(_ check: CatalogConformance.Check) async throws { try await check.run(makeEmptyCatalog()) }
/// ```
package enum CatalogConformance {
    /// One promise of the contract, tried on an empty catalog.
    package struct Check: Sendable, CustomTestStringConvertible {
        /// The promise, in a sentence.
        package let promise: String
        /// Tries it, recording an issue where it is not kept.
        package let run: @Sendable (any CatalogStorage) async throws -> Void

        init(_ promise: String, _ run: @escaping @Sendable (any CatalogStorage) async throws -> Void) {
            self.promise = promise
            self.run = run
        }

        var testDescription: String { promise }
    }

    /// All promises.
    package static var all: [Check] {
        repositoryChecks + claimChecks + manifestChecks + referrerChecks + tagChecks + blobChecks + sharingChecks
            + missingChecks + uploadChecks + useChecks
    }
}

// What the checks are made of.
extension CatalogConformance {
    /// Not `Testing.Tag`.
    typealias Tag = OCI.Tag

    static func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    static func digest(_ text: String) -> Digest { Digest(of: Array(text.utf8)) }

    static func local(_ name: String) throws -> Repository { .local(try RepositoryName(name)) }

    static func hub(_ name: String) throws -> Repository {
        Repository(origin: .upstream(.dockerHub), name: try RepositoryName(name))
    }

    static func quay(_ name: String) throws -> Repository {
        Repository(origin: .upstream(try UpstreamHost("quay.io")), name: try RepositoryName(name))
    }

    static func names(_ names: String...) throws -> [RepositoryName] { try names.map { try RepositoryName($0) } }

    static func tags(_ tags: String...) throws -> [Tag] { try tags.map { try Tag($0) } }

    static func image(_ text: String, subject: Digest? = nil, artifactType: String? = nil) -> ManifestRecord {
        ManifestRecord(
            digest: digest(text), mediaType: .ociManifest, size: text.utf8.count, subject: subject,
            artifactType: artifactType)
    }

    static func layer(_ text: String) -> ContentReference {
        ContentReference(kind: .layer, digest: digest(text), size: text.utf8.count)
    }

    static func child(_ text: String) -> ContentReference {
        ContentReference(kind: .manifest, digest: digest(text), size: text.utf8.count)
    }
}

extension ManifestRecords {
    /// Stores a manifest without references at time 1.
    func store(_ manifest: ManifestRecord, tag: String? = nil, in repository: Repository) async throws {
        try await store(
            manifest, references: [], tag: try tag.map { try OCI.Tag($0) }, in: repository,
            at: Timestamp(milliseconds: 1))
    }
}
