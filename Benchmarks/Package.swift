// swift-tools-version: 6.2
import PackageDescription

/// The measurements are a package of their own, so that the product depends on nothing that only they need.
let package = Package(
  name: "swinit-benchmarks",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // What has to be exact: clone(2) into a pid namespace, and the clock around it.
    .target(name: "CBench"),
    .executableTarget(
      name: "swinit-bench",
      dependencies: ["CBench", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      // C programs that are compiled at run time, statically: what the inits are made to run.
      resources: [.copy("Payloads")],
      swiftSettings: [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault")]
    ),
    // What a machine of swvm's takes, against the bare kernel.
    .executableTarget(
      name: "swvm-bench", dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")],
      swiftSettings: [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault")]
    ),
    .testTarget(name: "BenchTests", dependencies: ["swinit-bench"]),
  ]
)
