import Catalog
import OCI
import Testing

extension CatalogConformance {
    static var tagChecks: [Check] {
        [
            Check("tags come in byte order, after the last one, at most as many as asked") { catalog in
                let app = try local("app")
                let sorted = try tags(
                    "0", "A", "Z", "_", "a", "a-", "a.", "a0", "aA", "a_", "aa", "b", "v1", "v10", "v2")
                for tag in sorted.shuffled() {
                    try await catalog.store(image("a"), references: [], tag: tag, in: app, at: time(1))
                }
                #expect(try await catalog.tags(in: app, after: nil, limit: 100) == sorted)
                #expect(try await catalog.tags(in: app, after: nil, limit: 15) == sorted)
                #expect(try await catalog.tags(in: app, after: nil, limit: 14) == sorted.dropLast())
                #expect(try await catalog.tags(in: app, after: nil, limit: 0) == [])
                #expect(try await catalog.tags(in: app, after: sorted[4], limit: 2) == Array(sorted[5..<7]))
                #expect(try await catalog.tags(in: app, after: sorted[13], limit: 2) == [sorted[14]])
                #expect(try await catalog.tags(in: app, after: sorted[14], limit: 2) == [])
                #expect(try await catalog.tags(in: app, after: Tag("v11"), limit: 1) == tags("v2"))
                #expect(try await catalog.tags(in: app, after: Tag("zz"), limit: 1) == [])
                #expect(try await catalog.tags(in: app, after: nil, limit: .max) == sorted)
            },
            Check("pages put together are the whole list") { catalog in
                let app = try local("app")
                let sorted = try (0..<25).map { try Tag("t\($0)") }.sorted()
                for tag in sorted {
                    try await catalog.store(image("a"), references: [], tag: tag, in: app, at: time(1))
                }
                var seen: [Tag] = []
                while let page = try await catalog.tags(in: app, after: seen.last, limit: 7), !page.isEmpty {
                    seen += page
                }
                #expect(seen == sorted)
            },
            Check("an upstream's word renews the time of check and nothing else") { catalog in
                let ubuntu = try hub("library/ubuntu")
                try await catalog.store(image("a"), references: [], tag: .latest, in: ubuntu, at: time(1))
                try await catalog.store(image("a"), references: [], tag: Tag("24.04"), in: ubuntu, at: time(1))
                try await catalog.markChecked(.latest, in: ubuntu, at: time(60))
                #expect(
                    try await catalog.tag(.latest, in: ubuntu) == TagRecord(digest: digest("a"), checkedAt: time(60)))
                #expect(try await catalog.tag(Tag("24.04"), in: ubuntu)?.checkedAt == time(1))
            },
            Check("marking a tag that is gone brings nothing back") { catalog in
                let ubuntu = try hub("library/ubuntu")
                try await catalog.markChecked(.latest, in: ubuntu, at: time(1))
                #expect(try await catalog.tags(in: ubuntu, after: nil, limit: 10) == nil)
                try await catalog.store(image("a"), tag: "latest", in: ubuntu)
                _ = try await catalog.deleteTag(.latest, in: ubuntu)
                try await catalog.markChecked(.latest, in: ubuntu, at: time(2))
                #expect(try await catalog.tag(.latest, in: ubuntu) == nil)
                #expect(try await catalog.tags(in: ubuntu, after: nil, limit: 10) == [])
            },
            Check("deleting a tag leaves its manifest and other tags") { catalog in
                let app = try local("app")
                for tag in ["v1", "v2"] { try await catalog.store(image("a"), tag: tag, in: app) }
                #expect(try await catalog.deleteTag(Tag("v1"), in: app) == true)
                #expect(try await catalog.tags(in: app, after: nil, limit: 10) == tags("v2"))
                #expect(try await catalog.manifest(digest("a"), in: app) != nil)
                #expect(try await catalog.deleteTag(Tag("v1"), in: app) == false)
                #expect(try await catalog.deleteTag(Tag("v2"), in: local("never")) == false)
                #expect(try await catalog.deleteTag(Tag("V2"), in: app) == false)
            },
        ]
    }
}
