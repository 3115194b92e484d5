import FoundationEssentials
import Testing

@testable import TestSupport

@Suite("Temporary directories and seeds")
struct SmallThingsTests {
    @Test("a temporary directory is empty, alone, and gone when let go of")
    func directory() throws {
        var first: TemporaryDirectory? = try TemporaryDirectory()
        let second = try TemporaryDirectory()
        let path = try #require(first?.path)
        #expect(path != second.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        try FileManager.default.createDirectory(atPath: "\(path)/a/b", withIntermediateDirectories: true)
        try Data([1]).write(to: URL(filePath: "\(path)/a/b/c"))
        first = nil
        #expect(!FileManager.default.fileExists(atPath: path))
        second.remove()
        #expect(!FileManager.default.fileExists(atPath: second.path))
    }

    @Test("a seed decides the numbers")
    func seed() {
        var one = SeededGenerator(seed: 1)
        var same = SeededGenerator(seed: 1)
        var other = SeededGenerator(seed: 2)
        let numbers = (0..<8).map { _ in one.next() }
        #expect(numbers == (0..<8).map { _ in same.next() })
        #expect(numbers != (0..<8).map { _ in other.next() })
        #expect(Set(numbers).count == 8)
    }

    @Test("digests are those of the standard")
    func digest() {
        #expect(
            FakeContent.digest(of: Array("abc".utf8))
                == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
    }
}
