import NIOCore

/// Bytes that the fake serves, kept in blocks of which slices can be written to a socket without copying them.
///
/// A `ByteBuffer` can share its storage only with slices that begin in its first 16 MiB, so one buffer would not do.
struct HubBytes: Sendable {
    private static let blockSize = 1 << 20

    private var blocks: [ByteBuffer]
    /// The number of bytes.
    let count: Int

    /// Copies `bytes` once.
    init(_ bytes: [UInt8]) {
        count = bytes.count
        blocks = stride(from: 0, to: bytes.count, by: HubBytes.blockSize).map { start in
            ByteBuffer(bytes: bytes[start..<min(start + HubBytes.blockSize, bytes.count)])
        }
    }

    /// The bytes from `offset` on, at most up to `limit` and at most to the end of the block that `offset` is in.
    func slice(from offset: Int, upTo limit: Int) -> ByteBuffer {
        guard offset < min(limit, count) else { return ByteBuffer() }
        let block = blocks[offset / HubBytes.blockSize]
        let start = offset % HubBytes.blockSize
        let length = min(block.readableBytes - start, min(limit, count) - offset)
        return block.getSlice(at: start, length: length) ?? ByteBuffer()
    }

    /// All bytes, copied.
    var array: [UInt8] {
        blocks.flatMap { Array($0.readableBytesView) }
    }

    /// The same bytes with the one at `offset` changed.
    func flipping(at offset: Int) -> HubBytes {
        guard (0..<count).contains(offset) else { return self }
        var copy = self
        let index = offset / HubBytes.blockSize
        let place = offset % HubBytes.blockSize
        let byte = blocks[index].getInteger(at: place, as: UInt8.self) ?? 0
        copy.blocks[index].setInteger(~byte, at: place)
        return copy
    }
}
