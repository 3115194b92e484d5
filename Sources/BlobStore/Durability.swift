/// When a committed blob survives a crash of the machine. A crash of the process loses neither.
package enum Durability: Sendable, Hashable {
    /// Before the commit returns: file flushed, renamed, directory flushed. For what was pushed.
    case immediate
    /// Some time after the commit returned. A marker keeps the blob under suspicion until then: after a crash of the
    /// machine it is hashed before it is served. For what can be fetched again.
    case deferred
}
