import Access
import Settings
import Testing

@Suite("Client networks")
struct ClientNetworksTests {
    private static func networks(trusted: [String] = ["private"], proxies: [String] = []) throws -> ClientNetworks {
        ClientNetworks(
            trusted: try trusted.flatMap(NetworkRange.networks), proxies: try proxies.flatMap(NetworkRange.networks))
    }

    @Test(
        "X-Forwarded-For is believed from its end, as long as it was written by a known proxy",
        arguments: [
            ("10.0.0.2", [], "10.0.0.2"),
            ("10.0.0.2", ["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.9", ["192.168.0.1"], "10.0.0.9"),
            ("10.0.0.2", ["192.168.0.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.2", ["203.0.113.9, 10.0.0.3"], "203.0.113.9"),
            ("10.0.0.2", ["203.0.113.9", "10.0.0.3"], "203.0.113.9"),
            ("10.0.0.2", ["10.0.0.3,10.0.0.2"], "10.0.0.3"),
            ("10.0.0.2", ["203.0.113.9,\t2001:db8::1 "], "2001:db8::1"),
            ("::ffff:10.0.0.2", ["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.2", ["192.168.0.1, unknown"], "10.0.0.2"),
            ("10.0.0.2", ["192.168.0.1, unknown, 10.0.0.3"], "10.0.0.3"),
            ("10.0.0.2", [""], "10.0.0.2"), ("10.0.0.2", ["203.0.113.9,"], "10.0.0.2"),
            ("10.0.0.2", ["203.0.113.9:80"], "10.0.0.2"), ("10.0.0.2", ["fe80::1%eth0"], "fe80::1"),
        ] as [(String, [String], String)])
    func forwarding(peer: String, lines: [String], expected: String) throws {
        let networks = try Self.networks(proxies: ["10.0.0.2", "10.0.0.3"])
        let client = networks.client(peer: try #require(IPAddress(peer)), forwardedFor: lines)
        #expect(client.description == expected)
    }

    @Test("without proxies nobody speaks for another")
    func noProxies() throws {
        let peer = try #require(IPAddress("8.8.8.8"))
        #expect(try Self.networks().client(peer: peer, forwardedFor: ["127.0.0.1"]) == peer)
    }

    @Test(
        "only trusted networks may use the server",
        arguments: [("127.0.0.1", true), ("192.168.1.1", true), ("8.8.8.8", false), ("2001:db8::1", false)])
    func trust(address: String, expected: Bool) throws {
        #expect(try Self.networks().mayUse(try #require(IPAddress(address))) == expected)
        #expect(try !Self.networks(trusted: []).mayUse(try #require(IPAddress(address))))
    }
}
