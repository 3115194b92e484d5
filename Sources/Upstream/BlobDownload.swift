import AsyncHTTPClient
import NIOCore

/// A running download of a blob, from a position on.
package struct BlobDownload: Sendable {
    /// The position of the first byte that ``body`` gives: what was asked for, or 0 when the server ignores ranges.
    package let start: Int
    /// The size of the whole blob, if the server said it.
    package let totalSize: Int?
    private let response: HTTPClientResponse

    init(start: Int, totalSize: Int?, response: HTTPClientResponse) {
        self.start = start
        self.totalSize = totalSize
        self.response = response
    }

    /// Hands every piece of the body to `consume`, in order, until it ends. `consume` may block: run this on an
    /// executor that allows it.
    ///
    /// - Throws: ``UpstreamError/unavailable(_:)`` when the connection breaks or stalls; what `consume` throws.
    package func forEach(_ consume: (UnsafeRawBufferPointer) throws -> Void) async throws {
        var iterator = response.body.makeAsyncIterator()
        while true {
            let buffer: ByteBuffer?
            do {
                buffer = try await iterator.next()
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                throw UpstreamError.unavailable("the download broke off: \(RegistryClient.explain(error))")
            }
            guard let buffer else { return }
            try buffer.withUnsafeReadableBytes(consume)
        }
    }
}
