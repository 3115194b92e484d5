/// The spelling of TCP ports: 1 to 5 decimal digits, at most 65535.
enum PortNumber {
    /// The port, or nil. `Int.init` alone would also take a sign.
    static func parse(_ text: Substring) -> Int? {
        guard (1...5).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = Int(text), port <= 65535
        else { return nil }
        return port
    }
}
