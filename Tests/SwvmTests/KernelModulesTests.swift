import Foundation
import Testing

@testable import swvm

/// What a module needs, against depmod(8).
@Suite struct KernelModulesTests {
  private static let kernel: String = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .path
    _ = try? CpioTests.run(["\(package)/scripts/kernel"])
    return "\(package)/build/kernel"
  }()

  /// The kernel's modules under a base of depmod's, with its files.
  private static func withDepmod(_ body: (_ directory: String) throws -> Void) throws {
    let base = FileManager.default.temporaryDirectory.appending(path: "depmod-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: base) }
    let place = "\(base)/lib/modules/1.2.3"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: "\(place)/kernel", withDestinationPath: "\(kernel)/modules/kernel")
    for name in ["modules.builtin", "modules.order"] {
      try FileManager.default.copyItem(atPath: "\(kernel)/modules/\(name)", toPath: "\(place)/\(name)")
    }
    _ = try CpioTests.run(["/sbin/depmod", "-b", base, "1.2.3"])
    try body(place)
  }

  /// Every module of the kernel: read from the modules themselves, and from what depmod has written.
  @Test func closuresAreDepmods() throws {
    try KernelModulesTests.withDepmod { directory in
      let own = try KernelModules("\(KernelModulesTests.kernel)/modules")
      let list = try String(contentsOfFile: "\(directory)/modules.dep", encoding: .utf8).split(separator: "\n")
      #expect(list.count > 300)
      for line in list {
        let parts = line.split(separator: ":", omittingEmptySubsequences: false)
        let name = parts[0].split(separator: "/").last!.dropLast(3)
        let wanted = Set(parts[1].split(separator: " ").map(String.init) + [String(parts[0])])
        let found = try own.closure(of: [String(name)])
        #expect(Set(found.map(\.path)) == wanted, "\(name)")
        #expect(found.last?.path == String(parts[0]))
      }
      let listed = try KernelModules(directory)
      #expect(
        try listed.closure(of: ["virtiofs", "overlay"]).map(\.path).sorted()
          == own.closure(of: ["virtiofs", "overlay"]).map(\.path).sorted())
    }
  }

  /// Each comes behind what it needs.
  @Test func order() throws {
    let modules = try KernelModules("\(KernelModulesTests.kernel)/modules")
    let names = try modules.closure(of: ["virtiofs", "virtio-mmio", "virtio_net"]).map(\.name)
    for (before, after) in [
      ("virtio", "virtio_mmio"), ("virtio_ring", "virtio"), ("fuse", "virtiofs"), ("net_failover", "virtio_net"),
    ] {
      guard let first = names.firstIndex(of: before), let second = names.firstIndex(of: after) else {
        Issue.record("\(before) and \(after) in \(names)")
        continue
      }
      #expect(first < second, "\(names)")
    }
    #expect(Set(names).count == names.count)
  }

  @Test func builtInNeedsNothing() throws {
    let modules = try KernelModules("\(KernelModulesTests.kernel)/modules")
    #expect(modules.has("ext4"))
    #expect(try modules.closure(of: ["ext4"]).isEmpty)
  }

  @Test func missingIsNamed() throws {
    let modules = try KernelModules("\(KernelModulesTests.kernel)/modules")
    #expect(!modules.has("nosuch"))
    do {
      _ = try modules.closure(of: ["nosuch"])
      Issue.record("a module that is not there was found")
    } catch { #expect(error.text.contains("nosuch")) }
  }
}
