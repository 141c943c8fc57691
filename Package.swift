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
      name: "swinit", dependencies: ["Sys", "Boot", "Units", "Wire", "Supervision"], swiftSettings: product),
    .testTarget(name: "SysTests", dependencies: ["Sys"]),
    .testTarget(name: "BootTests", dependencies: ["Boot", "Sys"], exclude: ["Data"]),
    .testTarget(name: "UnitsTests", dependencies: ["Units", "Sys"]),
    .testTarget(name: "WireTests", dependencies: ["Wire", "Sys"]),
    .testTarget(name: "SupervisionTests", dependencies: ["Supervision", "Wire", "Units", "Sys"]),
    .testTarget(name: "swinitTests", dependencies: ["swinit", "Boot", "Sys"]),
    .testTarget(name: "BlackBoxTests"),
    .testTarget(name: "RuntimeTests"),
    .testTarget(name: "VMTests"),
  ]
)
