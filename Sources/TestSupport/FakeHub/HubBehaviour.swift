/// How the fake answers when nothing is broken. Change it at any time with `FakeHub.configure(_:)`.
package struct HubBehaviour: Sendable {
    /// What the registry says to a valid token about a repository that it does not have.
    package enum UnknownRepository: Sendable {
        /// 401 again, as Docker Hub does: it does not say whether a private repository exists.
        case unauthorized
        /// 404 `NAME_UNKNOWN`.
        case nameUnknown
    }

    /// What `Docker-Content-Digest` says on manifests.
    package enum DigestHeader: Sendable {
        /// The digest of the manifest.
        case correct
        /// Another digest.
        case wrong
        /// No such header.
        case missing
    }

    /// Where a `GET` of a blob is sent.
    package enum Redirect: Sendable {
        /// 307 to the CDN listener, which refuses `Authorization`.
        case cdn
        /// 307 with a relative `Location` on the registry itself, as Google's registries do.
        case relative
        /// No redirect: the registry serves the blob.
        case none
    }

    /// The member of the token's JSON that carries the token.
    package enum TokenField: Sendable {
        /// `token`.
        case token
        /// `access_token`.
        case accessToken
        /// Both.
        case both
    }

    /// What the token's JSON says in `issued_at`.
    package enum IssuedAt: Sendable {
        /// The wall clock's time.
        case now
        /// This text.
        case fixed(String)
        /// No such member.
        case omitted
    }

    /// Whether the registry demands a bearer token at all.
    package var requiresToken = true
    /// Whether the token endpoint gives tokens to those without an account.
    package var anonymousTokens = true
    /// The lifetime in seconds that a token's JSON announces; `nil` leaves it out. Tokens end by `expireTokens()` only.
    package var expiresIn: Int? = 300
    /// The member of the token's JSON that carries the token.
    package var tokenField = TokenField.both
    /// What the token's JSON says in `issued_at`.
    package var issuedAt = IssuedAt.now

    /// The pulls that callers without an account may make; `nil` for no limit and no rate-limit headers.
    package var pullLimit: Int? = 100
    /// `Retry-After` in seconds, on every 429.
    package var retryAfter: Int?
    /// Whether `HEAD` of a manifest answers 429 too once the limit is reached.
    package var headIsLimited = false
    /// Whether the registry answers everything with the plain-text 429 of the abuse limit.
    package var abuseLimit = false

    /// What the registry says about a repository that it does not have.
    package var unknownRepository = UnknownRepository.unauthorized
    /// What `Docker-Content-Digest` says on manifests.
    package var digestHeader = DigestHeader.correct
    /// Where a `GET` of a blob is sent.
    package var redirect = Redirect.cdn
    /// Whether manifests are redirected to the CDN listener too, as `registry.k8s.io` does.
    package var redirectsManifests = false
    /// Whether `Range` is answered with 200 and the whole blob.
    package var ignoresRange = false
    /// Whether manifests and blobs go out without `Content-Length`.
    package var chunked = false
    /// Whether the referrers API exists; if not, it answers 404.
    package var supportsReferrers = true
}
