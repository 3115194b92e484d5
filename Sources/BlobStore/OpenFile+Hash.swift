import OCI

extension OpenFile {
    /// Hashes the first `size` bytes from the disk. Blocks.
    func hash(_ algorithm: Digest.Algorithm, size: Int) throws(StorageError) -> DigestHasher {
        var hasher = DigestHasher(algorithm)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { buffer.deallocate() }
        var offset = 0
        while offset < size {
            let window = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, size - offset)])
            let count = try read(into: window, at: offset)
            guard count > 0 else { throw StorageError(.sizeMismatch, "a file of the store is shorter than it was") }
            hasher.update(UnsafeRawBufferPointer(rebasing: window[..<count]))
            offset += count
        }
        return hasher
    }
}
