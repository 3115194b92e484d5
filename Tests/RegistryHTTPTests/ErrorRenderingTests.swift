import BlobStore
import Catalog
import HTTPTypes
import NIOCore
import NIOHTTP1
import OCI
import Testing

@testable import RegistryHTTP

@Suite("Errors on the wire")
struct ErrorRenderingTests {
    private static let statuses: [RegistryError.Code: Int] = [
        .blobUnknown: 404, .blobUploadInvalid: 400, .blobUploadUnknown: 404, .digestInvalid: 400,
        .manifestBlobUnknown: 400, .manifestInvalid: 400, .manifestUnknown: 404, .nameInvalid: 400, .nameUnknown: 404,
        .sizeInvalid: 413, .tagInvalid: 400, .unauthorized: 401, .denied: 403, .unsupported: 405,
        .tooManyRequests: 429, .paginationNumberInvalid: 400, .rangeInvalid: 416, .unavailable: 503, .unknown: 500,
    ]

    private func reply(_ error: any Error) throws -> Reply {
        let answer = try #require(ErrorRendering.answer(error))
        var reply = Reply()
        reply.status = answer.status.code
        reply.headers = answer.headers.map { ($0.name.rawName, $0.value) }
        if case .bytes(let buffer) = answer.body { reply.body = Array(buffer.readableBytesView) }
        return reply
    }

    @Test("every code has its status, and its body is the specification's", arguments: RegistryError.Code.allCases)
    func codes(code: RegistryError.Code) throws {
        let reply = try reply(RegistryError(code, "a \"quoted\" sentence\r\n\u{0}é"))
        #expect(reply.status == Self.statuses[code])
        #expect(reply.code == code.rawValue)
        #expect(reply["content-type"] == "application/json")
        #expect(reply["retry-after"] == nil)
        #expect(reply.text.utf8.allSatisfy { $0 >= 0x20 })
    }

    @Test("a wait is told")
    func wait() throws {
        #expect(try reply(RegistryError(.tooManyRequests, "later", retryAfter: 7))["retry-after"] == "7")
    }

    @Test(
        "failures of the store and of others",
        arguments: [
            (StorageError(.noSpace, "x"), 507, "UNAVAILABLE"),
            (StorageError(.digestMismatch, "x"), 400, "DIGEST_INVALID"),
            (StorageError(.sizeMismatch, "x"), 503, "UNAVAILABLE"), (StorageError(.abandoned, "x"), 503, "UNAVAILABLE"),
            (StorageError(.inUse, "x"), 503, "UNAVAILABLE"), (StorageError(.fileSystem, "x"), 503, "UNAVAILABLE"),
            (CatalogError("x"), 503, "UNAVAILABLE"), (Secret(), 500, "UNKNOWN"),
        ] as [(any Error, Int, String)])
    func others(error: any Error, status: Int, code: String) throws {
        let reply = try reply(error)
        #expect(reply.status == status)
        #expect(reply.code == code)
        #expect(!reply.text.contains("hunter2"))
    }

    private struct Secret: Error, CustomStringConvertible {
        let description = "password=hunter2"
    }

    @Test("nobody is told when nobody is there, or when the server's framework tells")
    func gone() {
        #expect(ErrorRendering.answer(HTTPParserError.invalidChunkSize) == nil)
        #expect(ErrorRendering.answer(HTTPParserError.invalidEOFState) == nil)
        #expect(ErrorRendering.answer(CancellationError()) == nil)
        #expect(ErrorRendering.answer(ChannelError.ioOnClosedChannel) == nil)
        #expect(ErrorRendering.answer(IOError(errnoCode: 104, reason: "read")) == nil)
    }
}
