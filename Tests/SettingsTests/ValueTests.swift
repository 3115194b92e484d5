import Settings
import Testing

@Suite("Values in the settings")
struct ValueTests {
    @Test(
        "addresses to listen on",
        arguments: [
            ("0.0.0.0:5000", "0.0.0.0", 5000), ("localhost:0", "localhost", 0), ("[::]:80", "::", 80),
            ("[fe80::1%eth0]:65535", "fe80::1%eth0", 65535), ("my_host.lan:1", "my_host.lan", 1),
        ])
    func listen(text: String, host: String, port: Int) throws {
        let address = try ListenAddress(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address.description == text)
    }

    @Test(
        "addresses that are none",
        arguments: [
            "", ":", "5000", ":5000", "a:", "a:x", "a:-1", "a:+1", "a:65536", "::1:5000", "[::1]", "[::1:5000",
            "[1.2.3.4]:5", "[]:5", "a b:5", "-a:5", "a..b:5", "http://a:5", "a:000001",
        ])
    func notListen(text: String) {
        #expect(throws: InvalidValue.self) { try ListenAddress(text) }
    }

    @Test(
        "durations",
        arguments: [
            ("30s", 30), ("5m", 300), ("2h", 7200), ("1d", 86400), ("0s", 0), ("0", 0), ("1h30m", 5400),
            ("1d1s", 86401),
        ])
    func durations(text: String, seconds: Int) throws {
        #expect(try FakeFiles.load("freshness: \(text)").freshness == .seconds(seconds))
    }

    @Test(
        "durations that are none",
        arguments: [
            "5", "00", "m", "-1s", "1.5h", "5 m", "5ms", "5M", "1m1h", "1s1s", "1h5", "99999999999999999999d", "40000d",
            "٥m",
        ])
    func notDurations(text: String) {
        #expect(FakeFiles.refusal("freshness: '\(text)'") != nil)
    }

    @Test(
        "sizes",
        arguments: [
            ("0", 0), ("5kB", 5000), ("2MB", 2_000_000), ("3GB", 3_000_000_000), ("1TB", 1_000_000_000_000),
            ("1KiB", 1024), ("1MiB", 1 << 20), ("20GiB", 20 << 30), ("2TiB", 2 << 40),
        ])
    func sizes(text: String, bytes: Int) throws {
        #expect(try ByteSize(text).bytes == bytes)
    }

    @Test(
        "sizes that are none",
        arguments: ["", "5", "GB", "-1GB", "1.5GB", "5gb", "5 GB", "99999999TiB", "99999999999999999999kB", "٥GB"])
    func notSizes(text: String) {
        #expect(throws: InvalidValue.self) { try ByteSize(text) }
    }

    @Test("a secret shows nowhere but where it is asked for")
    func secret() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(UpstreamSettings(host: "a.b", url: "https://a.b", username: "u", password: secret), to: &dumped)
        let upstream = UpstreamSettings(host: "a.b", url: "https://a.b", username: "u", password: secret)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\(upstream)", String(reflecting: [secret])] {
            #expect(!text.contains("hunter2"))
        }
        #expect(secret.revealed == "hunter2")
    }
}
