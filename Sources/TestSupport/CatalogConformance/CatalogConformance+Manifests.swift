import Catalog
import OCI
import Testing

extension CatalogConformance {
    static var manifestChecks: [Check] {
        [
            Check("a manifest comes back as it was stored") { catalog in
                let full = ManifestRecord(
                    digest: Digest(of: Array("full".utf8), algorithm: .sha512), mediaType: .ociIndex, size: 4 << 20,
                    subject: digest("subject"), artifactType: "application/vnd.example+json",
                    annotations: ["org.example.quote\"": "line\nbreak / ✓ \u{0}", "": "empty key"])
                try await catalog.store(full, in: local("app"))
                try await catalog.store(image("bare"), in: local("app"))
                #expect(try await catalog.manifest(full.digest, in: local("app")) == full)
                #expect(try await catalog.manifest(digest("bare"), in: local("app")) == image("bare"))
                #expect(try await catalog.manifest(full.digest, in: local("other")) == nil)
                #expect(try await catalog.manifest(digest("none"), in: local("app")) == nil)
            },
            Check("storing a manifest again changes only the tag") { catalog in
                let layers = [layer("one"), layer("two")]
                let first = image("a", artifactType: "first")
                let second = image("a", artifactType: "second")
                let app = try hub("app")
                try await catalog.link(digest("three"), size: 5, to: hub("elsewhere"), at: time(1))
                try await catalog.store(first, references: layers, tag: Tag("v1"), in: app, at: time(1))
                try await catalog.store(second, references: [layer("three")], tag: Tag("v2"), in: app, at: time(2))
                #expect(try await catalog.manifest(first.digest, in: app) == first)
                #expect(try await catalog.tags(in: app, after: nil, limit: 10) == tags("v1", "v2"))
                #expect(
                    try await catalog.tag(Tag("v1"), in: app) == TagRecord(digest: first.digest, checkedAt: time(1)))
                #expect(
                    try await catalog.tag(Tag("v2"), in: app) == TagRecord(digest: first.digest, checkedAt: time(2)))
                #expect(try await catalog.size(of: digest("three"), in: app) == nil)
            },
            Check("a manifest that lists one blob twice is stored") { catalog in
                let config = ContentReference(kind: .config, digest: digest("one"), size: 3)
                try await catalog.store(
                    image("a"), references: [config, layer("one"), layer("one")], tag: nil, in: local("app"),
                    at: time(1))
                #expect(try await catalog.manifest(digest("a"), in: local("app")) != nil)
                #expect(try await catalog.tags(in: local("app"), after: nil, limit: 10) == [])
            },
            Check("a tag moves, and its old manifest stays") { catalog in
                let app = try local("app")
                try await catalog.store(image("old"), references: [], tag: .latest, in: app, at: time(1))
                try await catalog.store(image("new"), references: [], tag: .latest, in: app, at: time(2))
                #expect(try await catalog.tag(.latest, in: app) == TagRecord(digest: digest("new"), checkedAt: time(2)))
                #expect(try await catalog.manifest(digest("old"), in: app) != nil)
                #expect(try await catalog.tags(in: app, after: nil, limit: 10) == [.latest])
            },
            Check("deleting a manifest removes the tags that point at it, and no others") { catalog in
                let app = try local("app")
                for tag in ["v1", "v2"] { try await catalog.store(image("a"), tag: tag, in: app) }
                try await catalog.store(image("b"), tag: "v3", in: app)
                try await catalog.store(image("a"), tag: "v1", in: local("other"))
                #expect(try await catalog.deleteManifest(digest("a"), in: app) == true)
                #expect(try await catalog.manifest(digest("a"), in: app) == nil)
                #expect(try await catalog.tags(in: app, after: nil, limit: 10) == tags("v3"))
                #expect(try await catalog.tag(Tag("v1"), in: app) == nil)
                #expect(try await catalog.tags(in: local("other"), after: nil, limit: 10) == tags("v1"))
                #expect(try await catalog.deleteManifest(digest("a"), in: app) == false)
                #expect(try await catalog.deleteManifest(digest("a"), in: local("never")) == false)
            },
            Check("deleting a manifest removes its references") { catalog in
                let app = try hub("app")
                try await catalog.link(digest("one"), size: 3, to: hub("elsewhere"), at: time(1))
                try await catalog.store(image("a"), references: [layer("one")], tag: nil, in: app, at: time(1))
                #expect(try await catalog.size(of: digest("one"), in: app) == 3)
                _ = try await catalog.deleteManifest(digest("a"), in: app)
                #expect(try await catalog.size(of: digest("one"), in: app) == nil)
            },
            Check("a manifest with 20,000 references is stored") { catalog in
                let layers = (0..<20_000).map { layer("layer \($0)") }
                try await catalog.link(digest("layer 19999"), size: 7, to: hub("elsewhere"), at: time(1))
                try await catalog.store(image("a"), references: layers, tag: nil, in: hub("app"), at: time(1))
                #expect(try await catalog.size(of: digest("layer 19999"), in: hub("app")) == 7)
            },
        ]
    }

    static var referrerChecks: [Check] {
        [
            Check("referrers come in the order of their digests, filtered by type when asked") { catalog in
                let app = try local("app")
                let subject = digest("subject")
                let signatures = (1...5).map { image("signature \($0)", subject: subject, artifactType: "signature") }
                let report = image("report", subject: subject, artifactType: "report")
                let plain = image("plain", subject: subject)
                for manifest in signatures + [
                    report, plain, image("unrelated"), image("of another", subject: digest("x")),
                ] {
                    try await catalog.store(manifest, in: app)
                }
                let all = (signatures + [report, plain]).sorted { $0.digest < $1.digest }
                #expect(try await catalog.referrers(of: subject, in: app, artifactType: nil) == all)
                #expect(try await catalog.referrers(of: subject, in: app, artifactType: "report") == [report])
                #expect(
                    try await catalog.referrers(of: subject, in: app, artifactType: "signature")
                        == signatures.sorted { $0.digest < $1.digest })
                #expect(try await catalog.referrers(of: subject, in: app, artifactType: "none") == [])
                #expect(try await catalog.referrers(of: digest("unknown"), in: app, artifactType: nil) == [])
            },
            Check("referrers are of one repository, and the subject need not be there") { catalog in
                let subject = digest("subject")
                let referrer = image("referrer", subject: subject)
                try await catalog.store(referrer, in: local("app"))
                #expect(try await catalog.referrers(of: subject, in: local("app"), artifactType: nil) == [referrer])
                #expect(try await catalog.referrers(of: subject, in: hub("app"), artifactType: nil) == [])
                #expect(try await catalog.referrers(of: subject, in: local("never"), artifactType: nil) == [])
            },
            Check("a referrer that is deleted is no longer listed") { catalog in
                let subject = digest("subject")
                try await catalog.store(image("referrer", subject: subject), in: local("app"))
                _ = try await catalog.deleteManifest(digest("referrer"), in: local("app"))
                #expect(try await catalog.referrers(of: subject, in: local("app"), artifactType: nil) == [])
            },
            Check("a digest of either algorithm is found, sha256 before sha512") { catalog in
                let subject = Digest(of: Array("subject".utf8), algorithm: .sha512)
                let long = ManifestRecord(
                    digest: Digest(of: Array("long".utf8), algorithm: .sha512), mediaType: .ociManifest, size: 1,
                    subject: subject)
                let short = image("short", subject: subject)
                for manifest in [long, short] { try await catalog.store(manifest, in: local("app")) }
                #expect(try await catalog.referrers(of: subject, in: local("app"), artifactType: nil) == [short, long])
            },
        ]
    }
}
