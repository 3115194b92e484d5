import Foundation

/// Reads the files of the settings from the real file system.
package enum SettingsFileReader {
    /// The whole file, up to 1 MiB and a byte: enough for the caller to see that it is too large.
    package static func read(_ path: String) throws(UnreadableFile) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw UnreadableFile(reason: "its name holds a NUL character") }
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw UnreadableFile(reason: reason(errno)) }
        defer { close(file) }
        let limit = YAMLDocument.maximumSize + 1
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while content.count < limit {
            let count = Foundation.read(file, &chunk, min(chunk.count, limit - content.count))
            if count < 0 {
                if errno == EINTR { continue }
                throw UnreadableFile(reason: reason(errno))
            }
            if count == 0 { break }
            content += chunk[..<count]
        }
        return content
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT, ENOTDIR: "there is no such file"
        case EISDIR: "it is a directory"
        case EACCES, EPERM: "permission denied"
        default: String(cString: strerror(code))
        }
    }
}
