/// The bytes of a blob, whole or still growing.
///
/// It holds the file open: a blob that is removed meanwhile can be read to its end.
package struct BlobReader: Sendable {
    /// The file to read or to `sendfile` from.
    package let file: OpenFile
    /// How many bytes the whole blob has.
    package let size: Int
    private let growth: BlobGrowth?

    init(file: OpenFile, size: Int, growth: BlobGrowth? = nil) {
        self.file = file
        self.size = size
        self.growth = growth
    }

    /// Waits until there are bytes beyond `offset`, which is below ``size``.
    ///
    /// - Returns: up to where the file may be read, more than `offset`.
    /// - Throws: ``StorageError`` when the download that the bytes came from was given up, of kind `sizeMismatch` when the
    ///   blob turns out to have another size; `CancellationError`.
    package func available(beyond offset: Int) async throws -> Int {
        guard let growth else { return size }
        let available = try await growth.available(beyond: offset)
        guard available > offset && available <= size else {
            throw StorageError(.sizeMismatch, "the blob does not have the \(size) bytes that were stated")
        }
        return available
    }

    /// Reads at most `count` bytes from `offset` of what is available. Blocks for the disk.
    package func read(at offset: Int, count: Int) throws(StorageError) -> [UInt8] {
        let limit = min(size, growth?.visibleSize ?? size)
        let count = max(0, min(count, limit - offset))
        var failure: StorageError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(StorageError) {
                initialized = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
