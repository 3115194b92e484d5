import BlobStore
import Catalog
import FoundationEssentials
import HTTPTypes
import NIOCore
import NIOHTTP1
import OCI

/// The only place that turns errors into what clients see: status, code and sentence, as "Error Codes" of the
/// distribution specification lays them out.
enum ErrorRendering {
    /// The answer that tells of `error`; nil when the client is gone and nobody is there to tell.
    static func answer(_ error: any Error) -> Answer? {
        switch error {
        case let error as RegistryError: answer(error, status: status(of: error.code))
        case let error as StorageError: answer(error)
        case let error as CatalogError: answer(RegistryError(.unavailable, error.message), status: .serviceUnavailable)
        case is CancellationError, is ChannelError, is IOError: nil
        // Hummingbird answers a malformed request itself, with 400, and closes.
        case is HTTPParserError: nil
        default:
            answer(
                RegistryError(.unknown, "an internal error; the server's log says more"), status: .internalServerError)
        }
    }

    /// The answer with this error as its body.
    static func answer(_ error: RegistryError, status: HTTPResponse.Status) -> Answer {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let retryAfter = error.retryAfter { headers[.retryAfter] = String(retryAfter) }
        return Answer(
            status: status, headers: headers, body: .bytes(ByteBuffer(bytes: document(error))), outcome: "error")
    }

    private static func answer(_ error: StorageError) -> Answer {
        switch error.kind {
        case .noSpace:
            answer(
                RegistryError(.unavailable, "the server's disk is full: \(error.message)"),
                status: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
            )
        case .digestMismatch: answer(RegistryError(.digestInvalid, error.message), status: .badRequest)
        case .sizeMismatch, .abandoned, .inUse, .fileSystem:
            answer(RegistryError(.unavailable, error.message), status: .serviceUnavailable)
        }
    }

    private static func status(of code: RegistryError.Code) -> HTTPResponse.Status {
        switch code {
        case .blobUnknown, .blobUploadUnknown, .manifestUnknown, .nameUnknown: .notFound
        case .blobUploadInvalid, .digestInvalid, .manifestBlobUnknown, .manifestInvalid, .nameInvalid, .tagInvalid,
            .paginationNumberInvalid:
            .badRequest
        case .sizeInvalid: .contentTooLarge
        case .unauthorized: .unauthorized
        case .denied: .forbidden
        case .unsupported: .methodNotAllowed
        case .tooManyRequests: .tooManyRequests
        case .rangeInvalid: .rangeNotSatisfiable
        case .unavailable: .serviceUnavailable
        case .unknown: .internalServerError
        }
    }

    private struct Document: Encodable {
        struct Entry: Encodable {
            let code: String
            let message: String
        }
        let errors: [Entry]
    }

    private static func document(_ error: RegistryError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        let entry = Document.Entry(code: error.code.rawValue, message: error.message)
        return (try? encoder.encode(Document(errors: [entry]))).map(Array.init) ?? []
    }
}
