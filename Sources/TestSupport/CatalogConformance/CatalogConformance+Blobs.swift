import Catalog
import OCI
import Testing

extension CatalogConformance {
    static var blobChecks: [Check] {
        [
            Check("a linked blob has its size in that repository, and in no other") { catalog in
                try await catalog.link(digest("one"), size: 5_000_000_000, to: local("app"), at: time(1))
                #expect(try await catalog.size(of: digest("one"), in: local("app")) == 5_000_000_000)
                #expect(try await catalog.size(of: digest("one"), in: local("other")) == nil)
                #expect(try await catalog.size(of: digest("one"), in: hub("app")) == nil)
                #expect(try await catalog.size(of: digest("two"), in: local("app")) == nil)
            },
            Check("an origin holds what any repository of it holds, blob or manifest") { catalog in
                let manifest = ManifestRecord(digest: digest("manifest"), mediaType: .ociIndex, size: 2)
                try await catalog.link(digest("one"), size: 3, to: local("app"), at: time(1))
                try await catalog.store(manifest, references: [], tag: nil, in: hub("app"), at: time(1))
                #expect(try await catalog.isHeld(digest("one"), at: .local))
                #expect(try await !catalog.isHeld(digest("one"), at: hub("app").origin))
                #expect(try await catalog.isHeld(manifest.digest, at: hub("app").origin))
                #expect(try await !catalog.isHeld(manifest.digest, at: .local))
                #expect(try await !catalog.isHeld(digest("two"), at: .local))
            },
            Check("an empty blob has a size") { catalog in
                try await catalog.link(digest(""), size: 0, to: local("app"), at: time(1))
                #expect(try await catalog.size(of: digest(""), in: local("app")) == 0)
            },
            Check("linking twice is linking once") { catalog in
                for at in [1, 2] as [Int64] {
                    try await catalog.link(digest("one"), size: 3, to: local("app"), at: time(at))
                }
                #expect(try await catalog.unlink(digest("one"), from: local("app")) == true)
                #expect(try await catalog.unlink(digest("one"), from: local("app")) == false)
                #expect(try await catalog.unlink(digest("one"), from: local("never")) == false)
                #expect(try await catalog.size(of: digest("one"), in: local("app")) == nil)
            },
            Check("unlinking leaves other repositories' links") { catalog in
                for name in ["app", "other"] {
                    try await catalog.link(digest("one"), size: 3, to: local(name), at: time(1))
                }
                _ = try await catalog.unlink(digest("one"), from: local("app"))
                #expect(try await catalog.size(of: digest("one"), in: local("app")) == nil)
                #expect(try await catalog.size(of: digest("one"), in: local("other")) == 3)
            },
            Check("a forgotten blob is in no repository") { catalog in
                for name in ["app", "other"] {
                    try await catalog.link(digest("one"), size: 3, to: local(name), at: time(1))
                }
                try await catalog.link(digest("two"), size: 3, to: local("app"), at: time(1))
                try await catalog.record([Use(.blob(digest("one")), at: time(9))])
                try await catalog.forgetBlob(digest("one"))
                try await catalog.forgetBlob(digest("unknown"))
                #expect(try await catalog.size(of: digest("one"), in: local("app")) == nil)
                #expect(try await catalog.size(of: digest("one"), in: local("other")) == nil)
                #expect(try await catalog.size(of: digest("two"), in: local("app")) == 3)
                #expect(try await catalog.lastUse(of: digest("one")) == nil)
                try await catalog.link(digest("one"), size: 3, to: local("app"), at: time(10))
                #expect(try await catalog.size(of: digest("one"), in: local("app")) == 3)
                #expect(try await catalog.size(of: digest("one"), in: local("other")) == nil)
            },
        ]
    }

    static var sharingChecks: [Check] {
        [
            Check("a blob is shared within an upstream by what a manifest references") { catalog in
                try await catalog.link(digest("one"), size: 3, to: hub("library/debian"), at: time(1))
                try await catalog.store(image("a"), references: [layer("one")], tag: nil, in: hub("app"), at: time(1))
                #expect(try await catalog.size(of: digest("one"), in: hub("app")) == 3)
            },
            Check("a reference alone makes no blob servable, nor does a link elsewhere alone") { catalog in
                try await catalog.store(image("a"), references: [layer("one")], tag: nil, in: hub("app"), at: time(1))
                #expect(try await catalog.size(of: digest("one"), in: hub("app")) == nil)
                try await catalog.link(digest("two"), size: 3, to: hub("library/debian"), at: time(1))
                #expect(try await catalog.size(of: digest("two"), in: hub("app")) == nil)
                try await catalog.store(image("b"), in: hub("app"))
                #expect(try await catalog.size(of: digest("two"), in: hub("app")) == nil)
            },
            Check("a blob is not shared across upstreams, nor with what was pushed here") { catalog in
                try await catalog.link(digest("one"), size: 3, to: quay("library/debian"), at: time(1))
                try await catalog.link(digest("one"), size: 3, to: local("library/debian"), at: time(1))
                try await catalog.store(image("a"), references: [layer("one")], tag: nil, in: hub("app"), at: time(1))
                #expect(try await catalog.size(of: digest("one"), in: hub("app")) == nil)
                try await catalog.link(digest("one"), size: 3, to: hub("library/debian"), at: time(1))
                #expect(try await catalog.size(of: digest("one"), in: hub("app")) == 3)
            },
            Check("a local repository serves a blob by link only") { catalog in
                try await catalog.link(digest("one"), size: 3, to: local("secret"), at: time(1))
                try await catalog.link(digest("one"), size: 3, to: hub("library/debian"), at: time(1))
                try await catalog.store(image("a"), references: [layer("one")], tag: nil, in: local("app"), at: time(1))
                #expect(try await catalog.size(of: digest("one"), in: local("app")) == nil)
            },
        ]
    }

    static var missingChecks: [Check] {
        [
            Check("what is linked or a manifest of the repository is not missing") { catalog in
                let app = try local("app")
                try await catalog.link(digest("blob"), size: 4, to: app, at: time(1))
                try await catalog.link(digest("elsewhere"), size: 4, to: local("other"), at: time(1))
                try await catalog.store(image("manifest"), in: app)
                try await catalog.store(image("foreign"), in: local("other"))
                let asked = ["blob", "manifest", "elsewhere", "foreign", "never", "never"].map { digest($0) }
                let missing = Set(["elsewhere", "foreign", "never"].map { digest($0) })
                #expect(try await catalog.missing(asked, in: app) == missing)
                #expect(try await catalog.missing([], in: app) == [])
                #expect(try await catalog.missing([digest("blob")], in: app) == [])
                #expect(try await catalog.missing(asked, in: local("never")) == Set(asked))
            },
            Check("a blob that is only referenced is missing, even within an upstream") { catalog in
                try await catalog.link(digest("one"), size: 3, to: hub("library/debian"), at: time(1))
                try await catalog.store(image("a"), references: [layer("one")], tag: nil, in: hub("app"), at: time(1))
                #expect(try await catalog.missing([digest("one")], in: hub("app")) == [digest("one")])
            },
            Check("20,000 digests can be asked for at once") { catalog in
                let app = try local("app")
                let asked = (0..<20_000).map { digest("blob \($0)") }
                let there = Set([0, 9_999, 19_999].map { asked[$0] })
                for blob in there { try await catalog.link(blob, size: 1, to: app, at: time(1)) }
                #expect(try await catalog.missing(asked, in: app) == Set(asked).subtracting(there))
            },
        ]
    }
}
