import Crypto

/// Computes a ``Digest`` from bytes as they arrive.
package struct DigestHasher: Sendable {
    /// The algorithm this hasher computes.
    package let algorithm: Digest.Algorithm
    // One of the two is there. Not an enum: taking a hash out of one to update it copies its context each time.
    private var sha256: SHA256?
    private var sha512: SHA512?

    /// A hasher that has seen no bytes yet.
    package init(_ algorithm: Digest.Algorithm = .sha256) {
        self.algorithm = algorithm
        switch algorithm {
        case .sha256: sha256 = SHA256()
        case .sha512: sha512 = SHA512()
        }
    }

    /// Appends the bytes of `buffer`.
    package mutating func update(_ buffer: UnsafeRawBufferPointer) {
        sha256?.update(bufferPointer: buffer)
        sha512?.update(bufferPointer: buffer)
    }

    /// Appends `bytes`.
    package mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of all bytes seen so far. More bytes may follow.
    package func finalize() -> Digest {
        if let sha512 { return Digest(algorithm: .sha512, hash: sha512.finalize()) }
        return Digest(algorithm: .sha256, hash: (sha256 ?? SHA256()).finalize())
    }
}
