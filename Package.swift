// swift-tools-version:6.2
import PackageDescription

// The rooms of the house: a target imports only targets on floors below its own (see ARCHITECTURE.md).

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func nio(_ product: String) -> Target.Dependency { .product(name: product, package: "swift-nio") }
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

func room(_ name: String, on dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, with dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies, swiftSettings: strict)
}

let package = Package(
    name: "roost",
    products: [.executable(name: "roost", targets: ["roost"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Floor 6
        .executableTarget(name: "roost", dependencies: ["CommandLineTool"], swiftSettings: strict),

        // Floor 5
        room(
            "CommandLineTool",
            on: [
                "RoostServer", "Settings", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // Floor 4
        room(
            "RoostServer",
            on: [
                "RegistryHTTP", "PullThrough", "Registry", "Access", "Upstream", "BlobStore", "Catalog", "Settings",
                "Telemetry", "OCI", lifecycle, logging, nio("NIOCore"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),

        // Floor 3
        room(
            "RegistryHTTP",
            on: [
                "PullThrough", "Registry", "Access", "Upstream", "BlobStore", "Catalog", "Settings", "Telemetry", "OCI",
                logging,
                nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                lifecycle,
            ]),

        // Floor 2
        room("PullThrough", on: ["Upstream", "BlobStore", "Catalog", "OCI", logging]),
        room("Registry", on: ["BlobStore", "Catalog", "OCI", logging]),
        room("Access", on: ["Settings"]),

        // Floor 1
        room(
            "Upstream",
            on: [
                "OCI", logging, nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ]),
        room("BlobStore", on: ["OCI", "CPageCache"]),
        room("Catalog", on: ["OCI", grdb]),
        room("Settings", on: ["OCI", .product(name: "Yams", package: "Yams")]),
        room("Telemetry", on: [logging]),

        // Floor 0
        room("OCI", on: [crypto]),
        .target(name: "CPageCache"),

        room(
            "TestSupport",
            on: [
                "BlobStore", "Catalog", "OCI", crypto, nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
            ]),

        tests(of: "TestSupport", with: [nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1")]),
        tests(of: "OCI"),
        tests(of: "BlobStore", with: ["TestSupport", "OCI"]),
        tests(of: "Catalog", with: ["TestSupport", "OCI", grdb]),
        tests(of: "Settings", with: ["OCI"]),
        tests(of: "Telemetry", with: [logging]),
        tests(of: "Access", with: ["Settings"]),
        tests(of: "Upstream", with: ["TestSupport", "OCI", logging, nio("NIOCore"), nio("NIOPosix")]),
        tests(of: "Registry", with: ["TestSupport", "BlobStore", "Catalog", "OCI", logging]),
        tests(of: "PullThrough", with: ["TestSupport", "Upstream", "BlobStore", "Catalog", "OCI", logging]),
        tests(
            of: "RegistryHTTP",
            with: [
                "TestSupport", "RoostServer", "PullThrough", "Registry", "Access", "Upstream", "BlobStore", "Catalog",
                "Telemetry", "OCI", "Settings", logging, nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"), lifecycle,
            ]),
        tests(of: "CommandLineTool", with: ["RoostServer", "Settings"]),
    ]
)
