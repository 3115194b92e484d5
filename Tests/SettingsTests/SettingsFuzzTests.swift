import Settings
import Testing

@Suite("Broken settings files")
struct SettingsFuzzTests {
    @Test("whatever happens to a file, it is read or refused with one line", arguments: 1...8)
    func mutations(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let original = Array(SettingsFileTests.whole.utf8)
        let interesting = Array("[]{}:,-#&*!|>'\"%@`\n\t ?~<\\".utf8) + [0, 0x7F, 0x80, 0xC3, 0xFF, 0xEF]
        for _ in 0..<400 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
                switch bytes.isEmpty ? 1 : Int.random(in: 0..<5, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: index)
                case 2: bytes.remove(at: index)
                case 3: bytes.removeSubrange(index..<min(bytes.count, index + 20))
                default: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + 30)], at: index)
                }
            }
            var files = FakeFiles(["/hub": "secret"])
            files.files["/roost.yaml"] = bytes
            do {
                _ = try files.loader.load(file: "/roost.yaml")
            } catch {
                #expect(error.message.hasPrefix("/roost.yaml"))
                #expect(error.message.contains("; "))
                #expect(!error.message.unicodeScalars.contains { $0.properties.generalCategory == .control })
            }
        }
    }
}

/// SplitMix64, so that a failure can be repeated.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
