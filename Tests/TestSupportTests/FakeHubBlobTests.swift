import Testing

@testable import TestSupport

@Suite("The fake Hub's blobs", .timeLimit(.minutes(1)))
struct FakeHubBlobTests {
    let name = "library/ubuntu"

    @Test("HEAD answers on the registry, GET redirects to a CDN that refuses credentials and old signatures")
    func redirect() async throws {
        try await FakeHub.run { hub async throws in
            let bytes = FakeHub.bytes(count: 3_000_000)
            let digest = hub.put(blob: bytes, in: name)
            let client = HubClient(hub)
            let head = try await client.ask("HEAD", name, "blobs/\(digest)")
            #expect(head.status == 200)
            #expect(head["content-length"] == "3000000")
            #expect(head["docker-content-digest"] == digest)

            let location = try await client.location(of: digest, in: name)
            #expect(location.hasPrefix("\(hub.cdnURL)/blob/\(digest)?sig="))
            let blob = try await RawConnection.fetch("GET", location)
            #expect(blob.status == 200)
            #expect(blob.body == bytes)
            #expect(try await RawConnection.fetch("GET", location, ["authorization": "Bearer x"]).status == 400)
            hub.expireRedirects()
            #expect(try await RawConnection.fetch("GET", location).status == 403)
            #expect(try await client.blob(digest, in: name).body == bytes)
            #expect(hub.blobGets(digest) == 4)
            #expect(hub.bytesSent(of: digest) == 6_000_000)
        }
    }

    @Test(
        "a range is answered with its part",
        arguments: [
            ("bytes=0-", 0..<2_000_000), ("bytes=1500000-", 1_500_000..<2_000_000), ("bytes=10-19", 10..<20),
            ("bytes=1048570-1048590", 1_048_570..<1_048_591), ("bytes=-5", 1_999_995..<2_000_000),
            ("bytes=1999999-9999999", 1_999_999..<2_000_000),
        ]
    )
    func range(header: String, expected: Range<Int>) async throws {
        try await FakeHub.run { hub async throws in
            let bytes = FakeHub.bytes(count: 2_000_000)
            let digest = hub.put(blob: bytes, in: name)
            let answer = try await HubClient(hub).blob(digest, in: name, range: header)
            #expect(answer.status == 206)
            #expect(
                answer["content-range"] == "bytes \(expected.lowerBound)-\(expected.upperBound - 1)/2000000"
            )
            #expect(answer.body == Array(bytes[expected]))
            #expect(hub.requests(to: .cdn).first?.rangeHeader == header)
        }
    }

    @Test("a range past the end is 416, a malformed one is ignored, and all are when configured so")
    func oddRanges() async throws {
        try await FakeHub.run { hub async throws in
            let digest = hub.put(blob: [1, 2, 3], in: name)
            let client = HubClient(hub)
            let past = try await client.blob(digest, in: name, range: "bytes=3-")
            #expect(past.status == 416)
            #expect(past["content-range"] == "bytes */3")
            for header in ["bytes=2-1", "bytes=x-", "bytes=0-0,2-2", "lines=0-1"] {
                #expect(try await client.blob(digest, in: name, range: header).body == [1, 2, 3])
            }
            hub.configure { $0.ignoresRange = true }
            let whole = try await client.blob(digest, in: name, range: "bytes=1-")
            #expect(whole.status == 200)
            #expect(whole.body == [1, 2, 3])
        }
    }

    @Test("a redirect can be relative, or not be")
    func otherRedirects() async throws {
        try await FakeHub.run { hub async throws in
            let digest = hub.put(blob: [1, 2, 3], in: name)
            hub.configure { $0.redirect = .relative }
            let location = try await HubClient(hub).location(of: digest, in: name)
            #expect(location.hasPrefix("/blob/"))
            #expect(try await RawConnection.fetch("GET", hub.registryURL + location).body == [1, 2, 3])
            hub.configure { $0.redirect = .none }
            let direct = try await HubClient(hub).ask("GET", name, "blobs/\(digest)")
            #expect(direct.status == 200)
            #expect(direct.body == [1, 2, 3])
            #expect(hub.blobGets(digest) == 2)
        }
    }

    @Test("an unknown blob is 404, on the registry and on the CDN")
    func unknown() async throws {
        try await FakeHub.run { hub async throws in
            let digest = hub.put(blob: [1], in: name)
            let location = try await HubClient(hub).location(of: digest, in: name)
            hub.remove(digest: digest, in: name)
            #expect(try await HubClient(hub).ask("GET", name, "blobs/\(digest)").text.contains("BLOB_UNKNOWN"))
            #expect(try await RawConnection.fetch("GET", location).status == 404)
        }
    }

    @Test("a blob is cut as often as was said, and resumed by a range")
    func cut() async throws {
        try await FakeHub.run { hub async throws in
            let bytes = FakeHub.bytes(count: 2_000_000)
            let digest = hub.put(blob: bytes, in: name)
            hub.cutBlob(digest, afterBytes: 700_000, times: 2)
            let client = HubClient(hub)
            let first = try await client.blob(digest, in: name)
            #expect(first.status == 200 && !first.isComplete)
            #expect(first.body == Array(bytes[..<700_000]))
            let second = try await client.blob(digest, in: name, range: "bytes=700000-")
            #expect(second.status == 206 && !second.isComplete)
            #expect(second.body == Array(bytes[700_000..<1_400_000]))
            let third = try await client.blob(digest, in: name, range: "bytes=1400000-")
            #expect(third.isComplete)
            #expect(first.body + second.body + third.body == bytes)
        }
    }

    @Test("a held blob stops exactly there, and goes on when released")
    func hold() async throws {
        try await FakeHub.run { hub async throws in
            let bytes = FakeHub.bytes(count: 3_000_000)
            let digest = hub.put(blob: bytes, in: name)
            hub.holdBlob(digest, afterBytes: 1_000_001)
            let location = try await HubClient(hub).location(of: digest, in: name)
            var connection = try await RawConnection(location)
            try await connection.send("GET", RawConnection.path(of: location))
            #expect(try await connection.head()["content-length"] == "3000000")
            let before = await connection.bytes(1_000_001)
            try await hub.waitUntilHeld(digest)
            #expect(hub.bytesSent(of: digest) == 1_000_001)
            hub.releaseBlob(digest)
            let after = await connection.bytes(1_999_999)
            #expect(before + after == bytes)
            await connection.close()
        }
    }

    @Test("only the first answers are held when a number was given, and those that leave are forgotten")
    func holdOnce() async throws {
        try await FakeHub.run { hub async throws in
            let digest = hub.put(blob: [1, 2, 3], in: name)
            hub.holdBlob(digest, afterBytes: 1, times: 1)
            let location = try await HubClient(hub).location(of: digest, in: name)
            let stalled = try await RawConnection(location)
            try await stalled.send("GET", RawConnection.path(of: location))
            try await hub.waitUntilHeld(digest)
            #expect(try await HubClient(hub).blob(digest, in: name, range: "bytes=1-").body == [2, 3])
            await stalled.close()
            try await hub.waitUntilNoneHeld(digest)
        }
    }

    @Test("a blob can be corrupt, short, or something else")
    func wrongBytes() async throws {
        try await FakeHub.run { hub async throws in
            let bytes = FakeHub.bytes(count: 2_000_000)
            let digest = hub.put(blob: bytes, in: name)
            let client = HubClient(hub)
            try hub.corrupt(digest, at: 1_500_000, times: 1)
            let corrupt = try await client.blob(digest, in: name).body
            #expect(corrupt.indices.filter { corrupt[$0] != bytes[$0] } == [1_500_000])
            try hub.truncate(digest, to: 10, times: 1)
            #expect(try await client.blob(digest, in: name).body == Array(bytes.prefix(10)))
            hub.substitute(digest, with: [9], times: 1)
            #expect(try await client.blob(digest, in: name).body == [9])
            #expect(try await client.blob(digest, in: name).body == bytes)
            #expect(throws: FakeHubError.self) { try hub.corrupt("sha256:none") }
        }
    }

    @Test("a blob can go out without its length")
    func chunked() async throws {
        try await FakeHub.run { hub async throws in
            let bytes = FakeHub.bytes(count: 2_000_000)
            let digest = hub.put(blob: bytes, in: name)
            hub.configure { $0.chunked = true }
            let answer = try await HubClient(hub).blob(digest, in: name)
            #expect(answer["content-length"] == nil)
            #expect(answer.isComplete)
            #expect(answer.body == bytes)
        }
    }

    @Test("200 MB arrive whole")
    func large() async throws {
        try await FakeHub.run { hub async throws in
            let bytes = FakeHub.bytes(count: 200_000_000, seed: 7)
            let digest = hub.put(blob: bytes, in: name)
            let answer = try await HubClient(hub).blob(digest, in: name)
            #expect(answer.body.count == 200_000_000)
            #expect(FakeContent.digest(of: answer.body) == digest)
        }
    }

    @Test("the same seed gives the same bytes, another seed others, and blocks differ")
    func seeds() {
        #expect(FakeHub.bytes(count: 5000, seed: 3) == FakeHub.bytes(count: 5000, seed: 3))
        #expect(FakeHub.bytes(count: 5000, seed: 3) != FakeHub.bytes(count: 5000, seed: 4))
        let bytes = FakeHub.bytes(count: 3 << 20)
        #expect(bytes[0..<1 << 20] != bytes[1 << 20..<2 << 20])
        #expect(FakeHub.bytes(count: 0).isEmpty)
        #expect(FakeHub.bytes(count: (1 << 20) + 3).count == (1 << 20) + 3)
    }
}
