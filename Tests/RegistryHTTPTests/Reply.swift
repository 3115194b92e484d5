import FoundationEssentials

/// An answer as it came.
struct Reply: Sendable {
    var status = 0
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    /// Whether the body ended where the head said it would.
    var isComplete = false

    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }

    /// The header as a dictionary with names in lowercase, without what differs from one answer to the next.
    var stableHeaders: [String: String] {
        Dictionary(headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { "\($0), \($1)" })
            .filter { $0.key != "date" && $0.key != "roost-outcome" }
    }

    /// The code of the first error in the body.
    var code: String? {
        struct Document: Decodable {
            struct Entry: Decodable {
                let code: String
                let message: String
            }
            let errors: [Entry]
        }
        return (try? JSONDecoder().decode(Document.self, from: Data(body)))?.errors.first?.code
    }

    /// A list of strings in a JSON object.
    func list(_ key: String) -> [String]? {
        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
        struct Document: Decodable {
            let lists: [String: [String]]
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Key.self)
                var lists: [String: [String]] = [:]
                for key in container.allKeys {
                    lists[key.stringValue] = try? container.decode([String].self, forKey: key)
                }
                self.lists = lists
            }
        }
        return (try? JSONDecoder().decode(Document.self, from: Data(body)))?.lists[key]
    }
}
