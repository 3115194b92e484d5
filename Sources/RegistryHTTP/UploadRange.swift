import OCI

/// The `Content-Range` of an upload's chunk: `0-99`, both ends included, as the distribution specification writes it.
struct UploadRange: Sendable, Hashable {
    /// The position of the chunk's first byte.
    let start: Int
    /// How many bytes the chunk has.
    let count: Int

    /// Reads the field; nil when there is none.
    ///
    /// - Throws: ``RegistryError`` with code `RANGE_INVALID` when it is malformed.
    init?(_ field: String?) throws(RegistryError) {
        guard let field else { return nil }
        // Some clients write the unit and the total of RFC 9110 around it.
        let bare = (field.hasPrefix("bytes ") ? field.dropFirst(6) : field[...]).prefix { $0 != "/" }
        let ends = bare.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = Int(ends[0]), let end = Int(ends[1]), start >= 0, end >= start - 1 else {
            throw RegistryError(.rangeInvalid, "'\(field.prefix(80))' is not a Content-Range such as 0-1023")
        }
        let (count, overflow) = (end - start).addingReportingOverflow(1)
        guard !overflow else {
            throw RegistryError(.rangeInvalid, "'\(field.prefix(80))' is more than a blob can have")
        }
        self.start = start
        self.count = count
    }
}
