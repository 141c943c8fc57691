// swift-tools-version: 6.2
import PackageDescription

/// swinit's modules once more, from the same files (`Sources` has links to them), built so that libFuzzer sees which way each input takes,
/// AddressSanitizer sees each byte read that is nobody's, and Swift's own checks are there as in a debug build. The flags are of this
/// package alone, which is why it is one.
let checks = ["-sanitize=fuzzer,address", "-assert-config", "Debug"]

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .unsafeFlags(checks + ["-enable-testing"]),
]

let package = Package(
  name: "swinit-fuzz",
  targets: [
    .target(name: "CSys"),
    .target(name: "Sys", dependencies: ["CSys"], swiftSettings: swift),
    .target(name: "Boot", dependencies: ["Sys"], swiftSettings: swift),
    .target(name: "Units", dependencies: ["Sys"], swiftSettings: swift),
    .target(name: "Wire", dependencies: ["Sys"], swiftSettings: swift),
    .target(name: "Supervision", dependencies: ["Sys", "Units", "Wire"], swiftSettings: swift),
    // libFuzzer's main(), as a function.
    .target(name: "CFuzz"),
    .executableTarget(
      name: "SwinitFuzz", dependencies: ["CFuzz", "Sys", "Boot", "Units", "Wire", "Supervision"], swiftSettings: swift,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
  ]
)
