import Catalog
import OCI
import Testing

extension CatalogConformance {
    static var uploadChecks: [Check] {
        [
            Check("an upload is there from its beginning to its end") { catalog in
                let first = UploadRecord(id: "11111111-aaaa", repository: try local("a/uploads/b"), startedAt: time(1))
                let second = UploadRecord(id: "22222222-bbbb", repository: try local("app"), startedAt: time(2))
                for upload in [first, second] { try await catalog.beginUpload(upload) }
                #expect(try await catalog.upload(first.id) == first)
                #expect(try await Set(catalog.uploads()) == [first, second])
                #expect(try await catalog.tags(in: local("app"), after: nil, limit: 10) == [])
                try await catalog.endUpload(first.id)
                try await catalog.endUpload(first.id)
                #expect(try await catalog.upload(first.id) == nil)
                #expect(try await catalog.uploads() == [second])
            },
            Check("an upload of an unknown name is not there") { catalog in
                #expect(try await catalog.upload("") == nil)
                #expect(try await catalog.upload("' OR 1 = 1 --") == nil)
                try await catalog.endUpload("never")
            },
        ]
    }

    static var useChecks: [Check] {
        [
            Check("a blob's use is remembered, and never goes backwards") { catalog in
                try await catalog.link(digest("one"), size: 3, to: local("app"), at: time(1))
                #expect(try await catalog.lastUse(of: digest("one")) == nil)
                try await catalog.record([Use(.blob(digest("one")), at: time(5))])
                #expect(try await catalog.lastUse(of: digest("one")) == time(5))
                try await catalog.record([
                    Use(.blob(digest("one")), at: time(4)), Use(.blob(digest("one")), at: time(8)),
                    Use(.blob(digest("one")), at: time(7)),
                ])
                #expect(try await catalog.lastUse(of: digest("one")) == time(8))
                #expect(try await catalog.lastUse(of: digest("two")) == nil)
            },
            Check("uses of what is unknown are passed over") { catalog in
                try await catalog.link(digest("one"), size: 3, to: local("app"), at: time(1))
                try await catalog.record([])
                try await catalog.record([
                    Use(.blob(digest("unknown")), at: time(5)),
                    Use(.manifest(digest("unknown"), in: local("app")), at: time(5)),
                    Use(.manifest(digest("unknown"), in: hub("never")), at: time(5)),
                    Use(.blob(digest("one")), at: time(5)),
                ])
                #expect(try await catalog.lastUse(of: digest("one")) == time(5))
                #expect(try await catalog.lastUse(of: digest("unknown")) == nil)
            },
            Check("a manifest's use counts for the blobs it references, in whichever repository") { catalog in
                let app = try hub("app")
                let config = ContentReference(kind: .config, digest: digest("config"), size: 6)
                for text in ["config", "one", "other"] {
                    try await catalog.link(digest(text), size: 3, to: hub("library/debian"), at: time(1))
                }
                try await catalog.store(image("a"), references: [config, layer("one")], tag: nil, in: app, at: time(1))
                try await catalog.record([Use(.manifest(digest("a"), in: app), at: time(5))])
                #expect(try await catalog.lastUse(of: digest("config")) == time(5))
                #expect(try await catalog.lastUse(of: digest("one")) == time(5))
                #expect(try await catalog.lastUse(of: digest("other")) == nil)
                try await catalog.record([Use(.manifest(digest("a"), in: app), at: time(3))])
                #expect(try await catalog.lastUse(of: digest("one")) == time(5))
                try await catalog.record([Use(.manifest(digest("a"), in: quay("app")), at: time(9))])
                #expect(try await catalog.lastUse(of: digest("one")) == time(5))
            },
            Check("an index's use counts for the blobs of the manifests it lists and that are here") { catalog in
                let app = try hub("app")
                for text in ["amd64 layer", "arm64 layer", "foreign layer"] {
                    try await catalog.link(digest(text), size: 3, to: app, at: time(1))
                }
                let index = ManifestRecord(digest: digest("index"), mediaType: .ociIndex, size: 5)
                try await catalog.store(
                    index, references: [child("amd64"), child("arm64"), child("absent")], tag: .latest, in: app,
                    at: time(1))
                for platform in ["amd64", "arm64"] {
                    try await catalog.store(
                        image(platform), references: [layer("\(platform) layer")], tag: nil, in: app, at: time(1))
                }
                try await catalog.store(
                    image("foreign"), references: [layer("foreign layer")], tag: nil, in: app, at: time(1))
                try await catalog.record([Use(.manifest(digest("index"), in: app), at: time(5))])
                #expect(try await catalog.lastUse(of: digest("amd64 layer")) == time(5))
                #expect(try await catalog.lastUse(of: digest("arm64 layer")) == time(5))
                #expect(try await catalog.lastUse(of: digest("foreign layer")) == nil)
            },
        ]
    }
}
