import FoundationEssentials
import GRDB
import OCI

extension ManifestRecord {
    /// The columns of table `manifest` that make a record, in the order in which the initialiser takes them.
    static let columns = "digest, media_type, size, subject, artifact_type, annotations"

    /// The record in `row`, which has ``columns``.
    init(_ row: Row) throws {
        self.init(
            digest: try row.decode(atIndex: 0), mediaType: try row.decode(atIndex: 1), size: try row.decode(atIndex: 2),
            subject: try row.decode(Digest?.self, atIndex: 3), artifactType: try row.decode(String?.self, atIndex: 4),
            annotations: try row.decode(String?.self, atIndex: 5).map { text in
                try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
            } ?? [:])
    }

    /// The annotations as they are stored.
    func storedAnnotations() throws -> String? {
        guard !annotations.isEmpty else { return nil }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(annotations), as: UTF8.self)
    }
}
