import Settings
import Testing

@Suite("Addresses and networks")
struct NetworkTests {
    @Test(
        "addresses are read and written",
        arguments: [
            ("10.0.0.1", "10.0.0.1"), ("::1", "::1"), ("FD00::0:1", "fd00::1"), ("::ffff:10.0.0.1", "10.0.0.1"),
            ("fe80::1%eth0", "fe80::1"), ("255.255.255.255", "255.255.255.255"), ("::", "::"), ("0.0.0.0", "0.0.0.0"),
        ])
    func addresses(text: String, expected: String) {
        #expect(IPAddress(text)?.description == expected)
    }

    @Test(
        "texts that are no address",
        arguments: [
            "", "10.0.0", "10.0.0.256", "10.0.0.1.", "1:2", "::g", "10.0.0.1%eth0", "10.0.0.1\0", "[::1]", " ::1",
            "unknown",
        ])
    func notAddresses(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "a network holds its addresses and no others",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3/8", "10.9.9.9", true),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("::ffff:10.0.0.0/104", "10.1.1.1", true),
            ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false), ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true), ("::/0", "8.8.8.8", false),
            ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false), ("2001:db8::/33", "2001:db8:8000::", false),
            ("2001:db8::1/128", "2001:db8::1", true), ("2001:db8::/65", "2001:db8:0:0:7fff::", true),
            ("2001:db8::/65", "2001:db8:0:0:8000::", false), ("10.0.0.0/31", "10.0.0.1", true),
        ])
    func membership(network: String, address: String, expected: Bool) throws {
        #expect(try NetworkRange(network).contains(try #require(IPAddress(address))) == expected)
    }

    @Test(
        "private means loopback, RFC 1918, unique-local and link-local",
        arguments: [
            ("127.9.9.9", true), ("::1", true), ("10.1.1.1", true), ("172.16.0.1", true), ("172.31.255.255", true),
            ("172.32.0.0", false), ("172.15.255.255", false), ("192.168.4.4", true), ("192.169.0.1", false),
            ("169.254.1.1", true), ("fc00::1", true), ("fdff::1", true), ("fe80::1", true), ("febf::1", true),
            ("fec0::1", false), ("100.64.0.1", false), ("8.8.8.8", false), ("::2", false), ("2001:db8::1", false),
            ("::ffff:192.168.1.1", true), ("::ffff:8.8.8.8", false), ("0.0.0.0", false),
        ])
    func privateWord(address: String, expected: Bool) throws {
        let networks = try NetworkRange.networks("private")
        let address = try #require(IPAddress(address))
        #expect(networks.contains { $0.contains(address) } == expected)
    }

    @Test(
        "texts that are no network",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/8/8", "Private", "fe80::%1/10",
            "lan",
        ])
    func notNetworks(text: String) {
        #expect(throws: InvalidValue.self) { try NetworkRange(text) }
    }

    @Test(
        "a network is written as it is read",
        arguments: ["10.0.0.0/8", "0.0.0.0/0", "fd00::/8", "::1/128", "192.0.2.1/32"])
    func description(text: String) throws {
        #expect(try NetworkRange(text).description == text)
    }
}
