import BlobStore
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// A blob's bytes on their way to one client, by `sendfile`, following a fill where it still runs.
///
/// Bytes go out in windows, each queued in parts and awaited as one flush: that bounds what is queued, and lets other
/// connections of the event loop have their turn. The next window is queued while one leaves, so that the line never runs
/// dry between them. A window that is not in the page cache is read first, off the loop.
struct BlobBody: Sendable {
    let reader: BlobReader
    let range: Range<Int>
    let executor: IOExecutor

    private static let window = 4 << 20
    private static let part = 1 << 20
    private static let probe = 256 << 10

    /// Writes the bytes below the codec that knows byte buffers only, straight to the HTTP/1 encoder. Cancelling closes the
    /// connection: a client that takes nothing would otherwise hold the writer for ever.
    ///
    /// - Parameter sent: told of each window that left.
    /// - Throws: ``StorageError`` when the fill that is followed is given up, and channel errors when the client is gone;
    ///   the connection must then be closed, short of the length that its head announced.
    func write(to channel: any Channel, sent: (Int) -> Void) async throws {
        try await withTaskCancellationHandler {
            try await send(to: channel, sent: sent)
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    private func send(to channel: any Channel, sent: (Int) -> Void) async throws {
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: reader.file.descriptor)
        // The descriptor stays the file's: the handle only lends it to the regions.
        defer { _ = try? handle.takeDescriptorOwnership() }
        var leaving: Window?
        var offset = range.lowerBound
        do {
            while offset < range.upperBound {
                let available = try await reader.available(beyond: offset)
                let end = min(available, range.upperBound, offset + Self.window)
                try await load(offset..<end)
                let next = flush(offset..<end, of: handle, to: channel)
                let before = leaving
                leaving = next
                if let before { sent(try await before.left()) }
                offset = end
            }
        } catch {
            // The handle is lent until nothing of it is queued any more.
            if let leaving { _ = try? await leaving.left() }
            throw error
        }
        if let leaving { sent(try await leaving.left()) }
    }

    /// A window on its way out.
    private struct Window {
        let count: Int
        let flushed: EventLoopFuture<Void>

        /// Waits until its last byte has left; returns how many it had.
        func left() async throws -> Int {
            try await flushed.get()
            return count
        }
    }

    private func load(_ range: Range<Int>) async throws {
        let file = reader.file
        let isCached = stride(from: range.lowerBound, to: range.upperBound, by: Self.probe).allSatisfy(file.isCached)
        if !isCached { await executor.run { () in file.load(range) } }
    }

    private func flush(_ range: Range<Int>, of handle: NIOFileHandle, to channel: any Channel) -> Window {
        let flushed = channel.eventLoop.flatSubmit {
            do {
                let context = try channel.pipeline.syncOperations.context(handlerType: HTTP1ToHTTPServerCodec.self)
                let done = context.eventLoop.makePromise(of: Void.self)
                var start = range.lowerBound
                while start < range.upperBound {
                    let end = min(start + Self.part, range.upperBound)
                    let region = FileRegion(fileHandle: handle, readerIndex: start, endIndex: end)
                    let part = HTTPServerResponsePart.body(.fileRegion(region))
                    context.write(NIOAny(part), promise: end == range.upperBound ? done : nil)
                    start = end
                }
                context.flush()
                return done.futureResult
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }
        return Window(count: range.count, flushed: flushed)
    }
}
