import FoundationEssentials

/// A manifest's JSON as it is written, before anything is believed.
struct ManifestDocument: Decodable {
    /// A descriptor's JSON.
    struct Entry: Decodable {
        struct PlatformEntry: Decodable {
            var architecture: String?
            var os: String?
            var variant: String?
        }

        var mediaType: String?
        var digest: String
        var size: Int
        var artifactType: String?
        var platform: PlatformEntry?
        var annotations: [String: String]?
        var urls: [String]?

        func descriptor() throws(RegistryError) -> Descriptor {
            guard size >= 0 else { throw .manifestInvalid("the size of \(digest.prefix(160)) is negative") }
            return Descriptor(
                mediaType: try mediaType.map { (text) throws(RegistryError) in try MediaType(text) } ?? .octetStream,
                digest: try Digest(digest), size: size, artifactType: artifactType,
                platform: platform.map {
                    Platform(architecture: $0.architecture ?? "", os: $0.os ?? "", variant: $0.variant)
                },
                annotations: annotations)
        }
    }

    var schemaVersion: Int?
    var mediaType: String?
    var artifactType: String?
    var config: Entry?
    var layers: [Entry]?
    var manifests: [Entry]?
    var subject: Entry?
    var annotations: [String: String]?

    /// JSON nested deeper than this is refused before the decoder sees it: no manifest needs it, and a decoder that
    /// recurses could run out of stack.
    private static let maximumDepth = 64

    init(parsing bytes: [UInt8]) throws(RegistryError) {
        guard Self.isText(bytes) else { throw .manifestInvalid("the manifest is not a JSON object in UTF-8") }
        guard Self.depth(of: bytes) <= Self.maximumDepth else { throw .manifestInvalid("the manifest nests too deep") }
        do {
            self = try JSONDecoder().decode(ManifestDocument.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw .manifestInvalid("the manifest is not one Roost can read: \(Self.explain(error))")
        } catch {
            throw .manifestInvalid("the manifest is not JSON")
        }
        guard schemaVersion == 2 else {
            throw .manifestInvalid("schemaVersion is \(schemaVersion.map(String.init) ?? "missing"); only 2 is taken")
        }
    }

    /// The type in the document, or the one it was sent with, or what its fields make it.
    func resolvedMediaType(contentType: MediaType?) throws(RegistryError) -> MediaType {
        if let text = mediaType, !text.isEmpty {
            let stated = try MediaType(text)
            if let contentType, contentType != stated, contentType.isIndex || contentType.isImage {
                throw .manifestInvalid("it was sent as \(contentType), and its mediaType says \(stated)")
            }
            return stated
        }
        if let contentType { return contentType }
        if manifests != nil { return .ociIndex }
        if config != nil { return .ociManifest }
        throw .manifestInvalid("neither its mediaType nor a Content-Type says what it is")
    }

    private static func explain(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(path(context)) has no \(key.stringValue)"
        case .typeMismatch(_, let context): "\(path(context)) has the wrong type"
        case .valueNotFound(_, let context): "\(path(context)) is null"
        case .dataCorrupted(let context): path(context).isEmpty ? "it is not JSON" : "\(path(context)) is malformed"
        @unknown default: "it is malformed"
        }
    }

    /// Whether the bytes are UTF-8, begin an object, and have no NUL.
    ///
    /// The decoder would also take UTF-16 and UTF-32, a byte order mark, and rubbish in fields that are not read; clients
    /// take none of these.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        bytes.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{") && !bytes.contains(0)
            && String(validating: bytes, as: UTF8.self) != nil
    }

    private static func depth(of bytes: [UInt8]) -> Int {
        var depth = 0
        var deepest = 0
        var inString = false
        var escaped = false
        for byte in bytes {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return deepest
    }
}
