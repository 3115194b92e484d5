import Catalog
import OCI
import Testing

extension CatalogConformance {
    static var repositoryChecks: [Check] {
        [
            Check("a new catalog holds nothing") { (catalog) async throws in
                #expect(try await catalog.repositories(of: .local, after: nil, limit: 10) == [])
                #expect(try await catalog.ownedNames() == [])
                #expect(try await catalog.claimedNames().isEmpty)
                #expect(try await catalog.uploads() == [])
                #expect(try await catalog.tags(in: hub("library/ubuntu"), after: nil, limit: 10) == nil)
            },
            Check("a repository is listed while it holds a manifest") { catalog in
                try await catalog.createRepository(local("empty"), at: time(1))
                try await catalog.link(digest("blob"), size: 4, to: local("blobs-only"), at: time(1))
                try await catalog.store(image("a"), in: local("full"))
                #expect(try await catalog.repositories(of: .local, after: nil, limit: 10) == names("full"))
                _ = try await catalog.deleteManifest(digest("a"), in: local("full"))
                #expect(try await catalog.repositories(of: .local, after: nil, limit: 10) == [])
            },
            Check("repositories come in byte order and in pages") { catalog in
                let sorted = try names("a", "a-b", "a.b", "a/b", "a0", "a_b", "b", "ba", "c/d")
                for name in sorted.reversed() { try await catalog.store(image("a"), in: .local(name)) }
                #expect(try await catalog.repositories(of: .local, after: nil, limit: 100) == sorted)
                #expect(try await catalog.repositories(of: .local, after: nil, limit: 3) == Array(sorted[..<3]))
                #expect(try await catalog.repositories(of: .local, after: sorted[2], limit: 3) == Array(sorted[3..<6]))
                #expect(try await catalog.repositories(of: .local, after: sorted[8], limit: 3) == [])
                #expect(try await catalog.repositories(of: .local, after: nil, limit: 0) == [])
                let between = try RepositoryName("a1")
                #expect(try await catalog.repositories(of: .local, after: between, limit: 1) == names("a_b"))
            },
            Check("the same name of two origins is two repositories") { catalog in
                try await catalog.store(image("here"), tag: "latest", in: local("library/ubuntu"))
                try await catalog.store(image("there"), tag: "latest", in: hub("library/ubuntu"))
                #expect(try await catalog.tag(.latest, in: local("library/ubuntu"))?.digest == digest("here"))
                #expect(try await catalog.tag(.latest, in: hub("library/ubuntu"))?.digest == digest("there"))
                #expect(try await catalog.tag(.latest, in: quay("library/ubuntu")) == nil)
                #expect(try await catalog.manifest(digest("here"), in: hub("library/ubuntu")) == nil)
                let hubs = try await catalog.repositories(of: .upstream(.dockerHub), after: nil, limit: 10)
                #expect(try hubs == names("library/ubuntu"))
                #expect(try await catalog.repositories(of: quay("x").origin, after: nil, limit: 10) == [])
            },
            Check("creating a repository again changes nothing") { catalog in
                try await catalog.store(image("a"), tag: "v1", in: local("app"))
                try await catalog.createRepository(local("app"), at: time(50))
                #expect(try await catalog.tags(in: local("app"), after: nil, limit: 10) == tags("v1"))
                #expect(try await catalog.ownedNames() == names("app"))
            },
            Check("a repository without tags is not a missing one") { catalog in
                try await catalog.createRepository(local("app"), at: time(1))
                #expect(try await catalog.tags(in: local("app"), after: nil, limit: 10) == [])
                #expect(try await catalog.tags(in: hub("app"), after: nil, limit: 10) == nil)
            },
        ]
    }

    static var claimChecks: [Check] {
        [
            Check("a local name is owned from its first manifest on, for good") { catalog in
                try await catalog.link(digest("blob"), size: 4, to: local("app"), at: time(1))
                #expect(try await catalog.ownedNames() == [])
                try await catalog.store(image("a"), in: local("app"))
                #expect(try await catalog.ownedNames() == names("app"))
                _ = try await catalog.deleteManifest(digest("a"), in: local("app"))
                #expect(try await catalog.ownedNames() == names("app"))
            },
            Check("a name of an upstream is never owned nor claimed") { catalog in
                try await catalog.store(image("a"), in: hub("library/ubuntu"))
                try await catalog.link(digest("blob"), size: 4, to: hub("library/debian"), at: time(1))
                #expect(try await catalog.ownedNames() == [])
                #expect(try await catalog.claimedNames().isEmpty)
                #expect(try await catalog.releaseClaim(RepositoryName("library/debian")) == false)
                #expect(try await catalog.size(of: digest("blob"), in: hub("library/debian")) == 4)
            },
            Check("a local name that never held a manifest is claimed, whatever else it holds") { catalog in
                try await catalog.createRepository(local("empty"), at: time(3))
                try await catalog.link(digest("blob"), size: 4, to: local("blobs"), at: time(7))
                try await catalog.beginUpload(UploadRecord(id: "u", repository: local("uploads"), startedAt: time(9)))
                try await catalog.store(image("a"), in: local("owned"))
                let claims = try await catalog.claimedNames().sorted { $0.name < $1.name }
                #expect(try claims.map(\.name) == names("blobs", "empty", "uploads"))
                #expect(claims.map(\.since) == [time(7), time(3), time(9)])
            },
            Check("a claim dates from its first content") { catalog in
                try await catalog.beginUpload(UploadRecord(id: "u", repository: local("app"), startedAt: time(5)))
                try await catalog.link(digest("blob"), size: 4, to: local("app"), at: time(8))
                try await catalog.endUpload("u")
                #expect(try await catalog.claimedNames().map(\.since) == [time(5)])
            },
            Check("a claim that came to nothing can still be found and released") { catalog in
                try await catalog.beginUpload(UploadRecord(id: "u", repository: local("app"), startedAt: time(5)))
                try await catalog.endUpload("u")
                #expect(try await catalog.claimedNames().map(\.name) == names("app"))
                #expect(try await catalog.releaseClaim(RepositoryName("app")) == true)
                #expect(try await catalog.claimedNames().isEmpty)
            },
            Check("a claim that was left and taken again dates from the second time") { catalog in
                try await catalog.beginUpload(UploadRecord(id: "u", repository: local("app"), startedAt: time(5)))
                try await catalog.endUpload("u")
                try await catalog.beginUpload(UploadRecord(id: "v", repository: local("app"), startedAt: time(900)))
                #expect(try await catalog.claimedNames().map(\.since) == [time(900)])
            },
            Check("releasing a claim removes its links and uploads") { catalog in
                try await catalog.link(digest("blob"), size: 4, to: local("app"), at: time(1))
                try await catalog.link(digest("blob"), size: 4, to: local("other"), at: time(1))
                try await catalog.beginUpload(UploadRecord(id: "u", repository: local("app"), startedAt: time(2)))
                #expect(try await catalog.releaseClaim(RepositoryName("app")) == true)
                #expect(try await catalog.claimedNames().map(\.name) == names("other"))
                #expect(try await catalog.upload("u") == nil)
                #expect(try await catalog.size(of: digest("blob"), in: local("app")) == nil)
                #expect(try await catalog.size(of: digest("blob"), in: local("other")) == 4)
                #expect(try await catalog.tags(in: local("app"), after: nil, limit: 10) == nil)
                #expect(try await catalog.releaseClaim(RepositoryName("app")) == false)
            },
            Check("a claim to what holds or held a manifest is not released") { catalog in
                try await catalog.store(image("a"), tag: "v1", in: local("holds"))
                try await catalog.store(image("a"), in: local("held"))
                try await catalog.link(digest("blob"), size: 4, to: local("held"), at: time(1))
                _ = try await catalog.deleteManifest(digest("a"), in: local("held"))
                #expect(try await catalog.releaseClaim(RepositoryName("holds")) == false)
                #expect(try await catalog.releaseClaim(RepositoryName("held")) == false)
                #expect(try await catalog.releaseClaim(RepositoryName("never")) == false)
                #expect(try await catalog.tags(in: local("holds"), after: nil, limit: 10) == tags("v1"))
                #expect(try await catalog.size(of: digest("blob"), in: local("held")) == 4)
            },
        ]
    }
}
