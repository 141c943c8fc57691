// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of the static product is compiled with. The same sources are built twice: as ordinary Swift against
/// glibc (`swift build`, `swift test`), and as Embedded Swift against musl (`make static`, through `toolsets/`).
let product: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  // Untyped throws, weak references and the like fail in the ordinary build already, not only in the Embedded one.
  .treatWarning("EmbeddedRestrictions", as: .error),
]

/// `make core` builds a binary without kthreadd and swctl, for an initramfs that has to be small.
let core: [SwiftSetting] = Context.environment["SWINIT_CORE"] == nil ? [] : [.define("CORE")]

/// What the tools of the host are compiled with.
let host: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault")]

/// The static build is of swinit alone: it needs no package, and so no network.
let isProductAlone = Context.environment["SWINIT_PRODUCT_ALONE"] != nil

let package = Package(
  name: "swinit",
  products: [.executable(name: "swinit", targets: ["swinit"])],
  targets: [
    // CSys <- Sys <- Boot, Units, Wire <- Supervision <- swinit. scripts/lint holds the sources to it.
    .target(name: "CSys"),
    .target(name: "Sys", dependencies: ["CSys"], swiftSettings: product),
    .target(name: "Boot", dependencies: ["Sys"], swiftSettings: product),
    .target(name: "Units", dependencies: ["Sys"], swiftSettings: product),
    .target(name: "Wire", dependencies: ["Sys"], swiftSettings: product),
    .target(name: "Supervision", dependencies: ["Sys", "Units", "Wire"], swiftSettings: product),
    .executableTarget(
      name: "swinit", dependencies: ["Sys", "Boot", "Units", "Wire", "Supervision"], swiftSettings: product + core),
    // What several of the unit tests need.
    .target(name: "TestSupport", dependencies: ["Sys"], path: "Tests/TestSupport"),
    .testTarget(name: "SysTests", dependencies: ["TestSupport", "Sys"]),
    .testTarget(name: "BootTests", dependencies: ["TestSupport", "Boot", "Sys"], exclude: ["Data"]),
    .testTarget(name: "UnitsTests", dependencies: ["TestSupport", "Units", "Sys"]),
    .testTarget(name: "WireTests", dependencies: ["TestSupport", "Wire", "Sys"]),
    .testTarget(name: "SupervisionTests", dependencies: ["TestSupport", "Supervision", "Wire", "Units", "Sys"]),
    .testTarget(name: "swinitTests", dependencies: ["TestSupport", "swinit", "Boot", "Sys"]),
    .testTarget(name: "BlackBoxTests"),
    .testTarget(name: "RuntimeTests"),
    .testTarget(name: "VMTests"),
  ]
)

if !isProductAlone {
  // The host's tool: ordinary Swift, with packages.
  package.products.append(.executable(name: "swvm", targets: ["swvm"]))
  package.dependencies = [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
    .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
  ]
  package.targets += [
    .target(name: "CSwvm"),
    .executableTarget(
      name: "swvm",
      dependencies: [
        "CSwvm", "Sys", "Boot", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Subprocess", package: "swift-subprocess"), .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: host),
    .testTarget(name: "SwvmTests", dependencies: ["swvm", "Boot", "Sys"]),
    .testTarget(name: "SwvmVMTests", dependencies: ["Sys"]),
  ]
}
