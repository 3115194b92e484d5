import Glibc

/// Keeps a loopback port for one owner by a socket that is bound to it and never listens.
///
/// While the fake is offline nothing listens on its port, and connecting to it is refused as it must be; without the
/// reservation the system could meanwhile give the port to someone else, and coming online again would fail.
/// Linux lets a listener with `SO_REUSEADDR` bind beside such a socket.
final class PortReservation: Sendable {
    let port: Int
    private let descriptor: Int32

    /// Reserves a free port.
    init() throws(FakeHubError) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .noPort(code: errno) }
        var yes: Int32 = 1
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                // The option goes on after the port is chosen, so that the system chooses one that nobody has.
                guard bind(descriptor, generic, length) == 0 else { return Int32(-1) }
                let size = socklen_t(MemoryLayout<Int32>.size)
                guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size) == 0 else { return -1 }
                return getsockname(descriptor, generic, &length)
            }
        }
        guard result == 0 else {
            let code = errno
            close(descriptor)
            throw .noPort(code: code)
        }
        self.descriptor = descriptor
        port = Int(in_port_t(bigEndian: address.sin_port))
    }

    deinit {
        close(descriptor)
    }
}
