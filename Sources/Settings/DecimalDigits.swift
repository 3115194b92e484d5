/// ASCII digits; `Character.isNumber` and `Int.init` take more than the settings allow.
enum DecimalDigits {
    /// 0 to 9, or nil for any other byte.
    static func value(of byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }
}
