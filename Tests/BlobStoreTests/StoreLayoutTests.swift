import OCI
import Testing

@testable import BlobStore

@Suite("The layout of the store")
struct StoreLayoutTests {
    @Test("a blob lies two folders deep, by the first four digits")
    func fanOut() throws {
        let digest = Digest(of: Array("test".utf8))
        #expect(
            StoreLayout(root: "/s").blob(digest)
                == "/s/blobs/sha256/9f/86/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    }

    @Test("a marker's name leads back to its digest, and other names to none")
    func markers() throws {
        let layout = StoreLayout(root: "/s")
        for algorithm in Digest.Algorithm.allCases {
            let digest = Digest(of: [1, 2, 3], algorithm: algorithm)
            let name = try #require(layout.marker(digest).split(separator: "/").last)
            #expect(layout.digest(ofMarker: String(name)) == digest)
        }
        for name in ["", "x", "sha256-", "sha256-zz", "-"] { #expect(layout.digest(ofMarker: name) == nil) }
    }
}
