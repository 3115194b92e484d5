import CPageCache
import Glibc

/// An open file, closed when the last holder lets go of it.
package final class OpenFile: Sendable {
    /// The file's descriptor, valid as long as this object lives.
    package let descriptor: Int32

    /// Takes over an open descriptor.
    init(owning descriptor: Int32) { self.descriptor = descriptor }

    /// Opens `path`.
    ///
    /// - Returns: nil when there is no such file; with `O_EXCL`, when there is one.
    /// - Throws: ``StorageError`` for any other failure.
    static func open(_ path: String, flags: Int32 = O_RDONLY, mode: mode_t = 0o600) throws(StorageError) -> OpenFile? {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
        if descriptor >= 0 { return OpenFile(owning: descriptor) }
        if errno == ENOENT && flags & O_CREAT == 0 { return nil }
        if errno == EEXIST && flags & O_EXCL != 0 { return nil }
        throw .current("open \(path)")
    }

    deinit { _ = close(descriptor) }

    /// The file's present size in bytes.
    func size() throws(StorageError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .current("read the size of a file") }
        return Int(status.st_size)
    }

    /// What tells this file from all others as long as it is open.
    func identity() throws(StorageError) -> [UInt64] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .current("identify a file") }
        return [UInt64(status.st_dev), UInt64(status.st_ino)]
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StorageError) {
        var written = 0
        while written < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written, off_t(offset + written))
            if count < 0 {
                if errno == EINTR { continue }
                throw .current("write to the store")
            }
            written += count
        }
    }

    /// Cuts off what lies beyond `size`.
    func truncate(to size: Int) throws(StorageError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw .current("shorten a file of the store") }
    }

    /// Reads into `buffer` from `offset`.
    ///
    /// - Returns: how many bytes were read: fewer than asked only at the end of the file.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(StorageError) -> Int {
        var total = 0
        while total < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress?.advanced(by: total), buffer.count - total, off_t(offset + total))
            if count < 0 {
                if errno == EINTR { continue }
                throw .current("read from the store")
            }
            if count == 0 { break }
            total += count
        }
        return total
    }

    /// Makes all that was written survive a crash of the machine.
    func sync() throws(StorageError) {
        guard fsync(descriptor) == 0 else { throw .current("flush a file to the disk") }
    }

    /// Whether the byte at `offset` can be sent without waiting for the disk. Cheap; may run on an event loop.
    package func isCached(at offset: Int) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { scratch in
            guard let base = scratch.baseAddress else { return true }
            return roost_is_cached(descriptor, off_t(offset), base, 1)
        }
    }

    /// Waits until the bytes of `range` are in the page cache. Blocks: never on an event loop.
    package func load(_ range: Range<Int>) {
        _ = posix_fadvise(descriptor, off_t(range.lowerBound), off_t(range.count), POSIX_FADV_WILLNEED)
        let step = 256 << 10
        withUnsafeTemporaryAllocation(byteCount: step, alignment: 16) { scratch in
            var offset = range.lowerBound
            while offset < range.upperBound {
                let count = pread(descriptor, scratch.baseAddress, min(step, range.upperBound - offset), off_t(offset))
                guard count > 0 else { return }
                offset += count
            }
        }
    }
}
