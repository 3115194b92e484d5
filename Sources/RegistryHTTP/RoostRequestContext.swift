import Hummingbird
import NIOCore

/// What the responder knows of the connection that a request came by.
struct RoostRequestContext: InitializableFromSource {
    /// The connection.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
}
