import Foundation
import Glibc
import Sys
import TestSupport
import Testing

@testable import Boot

/// Against what depmod of kmod 30 wrote for Debian's linux-image-6.1.0-56-cloud-amd64 (Data/modules has lines of it), and what modprobe
/// made of that.
@Suite struct ModuleIndexTests {
  static func recorded(_ name: String) -> Text {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Data/modules/\(name)")
    return text([UInt8]((try? Data(contentsOf: file)) ?? Data()))
  }

  static var index: ModuleIndex {
    ModuleIndex(
      dependencies: recorded("modules.dep"), aliases: recorded("modules.alias"), builtin: recorded("modules.builtin"),
      soft: recorded("modules.softdep"))
  }

  private func plan(_ index: ModuleIndex, _ name: String) -> [String] {
    index.module(named: text(name)).map { index.plan(for: $0).map { index.modules[$0].name.string } } ?? []
  }

  private func names(_ index: ModuleIndex, _ alias: String) -> [String] {
    index.modules(for: text(alias)).map { index.modules[$0].name.string }
  }

  @Test func plansAsModprobe() {
    let index = Self.index
    #expect(plan(index, "virtio_net") == ["virtio_ring", "virtio", "failover", "net_failover", "virtio_net"])
    #expect(plan(index, "vfat") == ["fat", "vfat"])
    #expect(plan(index, "fat") == ["fat"])
    // modprobe knows a module's first softdep line only; here all of them count.
    let btrfs = plan(index, "btrfs")
    #expect(btrfs.last == "btrfs" && Set(btrfs).count == btrfs.count)
    for name in ["crc32c-intel", "libcrc32c", "zstd_compress", "raid6_pq", "xor", "blake2b_generic"] {
      #expect(btrfs.contains(name), "\(name)")
    }
    #expect(btrfs.firstIndex(of: "crc32c-intel")! < btrfs.firstIndex(of: "libcrc32c")!)
    let vfio = plan(index, "vfio")
    #expect(vfio.firstIndex(of: "vfio")! < vfio.firstIndex(of: "vfio_iommu_type1") ?? .max, "post: comes after")
  }

  @Test func names() {
    let index = Self.index
    #expect(index.module(named: Text("virtio-blk")) == index.module(named: Text("virtio_blk")))
    #expect(index.module(named: Text("crc32c_intel")) != nil && index.module(named: Text("virtio_bl")) == nil)
    #expect(index.module(named: Text("")) == nil)
    #expect(index.isBuiltIn(Text("ext4")) && index.isBuiltIn(Text("serial-core")) && !index.isBuiltIn(Text("vfat")))
    #expect(!index.isBuiltIn(Text("")))
    for (path, name) in [
      ("kernel/a/b-c.ko", "b-c"), ("b.ko.xz", "b"), ("/x/b.ko.zst", "b"), ("b.ko.gz", "b"), ("b.xz", "b.xz"), (".ko", ".ko"),
      ("", ""),
    ] { #expect(ModuleName.of(text(path)).string == name) }
  }

  @Test func aliases() {
    let index = Self.index
    #expect(names(index, "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00") == ["virtio_pci"])
    #expect(names(index, "virtio:d00000002v00001AF4") == ["virtio_blk"])
    #expect(names(index, "virtio:d00000001v00001AF4") == ["virtio_net"])
    #expect(names(index, "fs-btrfs") == ["btrfs"] && names(index, "fs_btrfs") == ["btrfs"])
    #expect(names(index, "pci:v00008086d00001042sv00001AF4sd00001100bc01sc00i00") == [])
    #expect(names(index, "") == [] && names(index, "fs") == [])
    #expect(index.modules(called: Text("virtio-blk")).count == 1)
  }

  @Test(
    arguments: [
      ("a*c", "abc", true), ("a*c", "ac", true), ("a*c", "abcd", false), ("a?c", "abc", true), ("a?c", "ac", false),
      ("[0-9]x", "5x", true), ("[!0-9]x", "5x", false), ("[^0-9]x", "ax", true), ("a[", "a[", false), ("", "", true),
      ("*", "", true), ("a-b", "a_b", true), ("a_b", "a-b", true), ("\\*", "*", true), ("\\*", "a", false), ("a\\", "a", false),
      ("d0000000[2-4]*", "d00000003v1", true), ("d0000000[2-4]*", "d00000005v1", false),
    ] as [(String, String, Bool)])
  func patterns(_ pattern: String, _ name: String, _ matches: Bool) {
    #expect(AliasPattern.matches(text(name), text(pattern)) == matches)
  }

  /// As fnmatch(3) of the C library, for patterns whose sets end.
  @Test func patternsAsFnmatch() {
    var random = SplitMix(seed: 7)
    for _ in 0..<20000 {
      var pattern = ""
      for _ in 0..<Int.random(in: 0...7, using: &random) {
        pattern += ["a", "b", "c", "*", "?", "[ab]", "[!a]", "[a-b]", "[]a]", "[b-a]", "[^b-c]", "\\b"].randomElement(
          using: &random)!
      }
      var name = ""
      for _ in 0..<Int.random(in: 0...8, using: &random) { name += ["a", "b", "c", "]"].randomElement(using: &random)! }
      #expect(AliasPattern.matches(text(name), text(pattern)) == (fnmatch(pattern, name, 0) == 0), "\(pattern) \(name)")
    }
    // No pattern takes for ever.
    let long = text(String(repeating: "a", count: 2000))
    #expect(!AliasPattern.matches(long, text(String(repeating: "*a", count: 500) + "b")))
  }

  @Test func circlesAndBrokenLines() {
    let circle = ModuleIndex(
      dependencies: Text("a.ko: b.ko\nb.ko: c.ko\nc.ko: a.ko a.ko\n\n:\nnothing\nd.ko: gone.ko\nself.ko: self.ko"))
    #expect(plan(circle, "a") == ["c", "b", "a"] && plan(circle, "d") == ["d"] && plan(circle, "self") == ["self"])
    let broken = ModuleIndex(
      dependencies: Text("a.ko:"), aliases: Text("alias\nalias \nalias x\nalias  a\nalias y nobody\nalias * a\nalias a b c a"),
      soft: Text("softdep\nsoftdep a\nsoftdep a pre:\nsoftdep a x pre: a post: a pre: y"))
    #expect(plan(broken, "a") == ["a"] && names(broken, "anything") == ["a"] && names(broken, "y") == ["a"])
  }

  @Test func aLongChain() {
    let index = ModuleIndex(dependencies: text((0..<2000).map { "m\($0).ko: m\($0 + 1).ko\n" }.joined()))
    #expect(index.plan(for: 0) == (0..<2000).reversed())
  }

  /// Damaged files: an answer, no trap.
  @Test func randomDamage() {
    var random = SplitMix(seed: 9)
    let files = ["modules.dep", "modules.alias", "modules.builtin", "modules.softdep"].map { [UInt8](Self.recorded($0).bytes) }
    for _ in 0..<60 {
      let damaged = files.map { file in
        var file = file
        for _ in 0..<Int.random(in: 1...200, using: &random) {
          file[Int.random(in: 0..<file.count, using: &random)] =
            [0x0A, 0x20, 0x3A, 0x2A, 0x5B, 0x5C, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random)!
        }
        return text(Array(file.prefix(Int.random(in: 0...file.count, using: &random))))
      }
      let index = ModuleIndex(dependencies: damaged[0], aliases: damaged[1], builtin: damaged[2], soft: damaged[3])
      for module in index.modules.indices { #expect(index.plan(for: module).last != nil) }
      _ = names(index, "pci:v00001AF4d00001042sv00001AF4sd00001100bc01sc00i00")
      _ = index.isBuiltIn(Text("ext4"))
    }
  }

  @Test func parameters() {
    let line = Text("root=/dev/vda virtio_blk.queue_depth=64 virtio-blk.x=\"a b\" other.y=1 virtio_blk.flag -- virtio_blk.z=2")
    let words = ModuleParameters.words(for: Text("virtio_blk"), on: line, and: Text("own=1"))
    #expect(String(decoding: words, as: UTF8.self) == "queue_depth=64 x=\"a b\" flag own=1")
    #expect(ModuleParameters.words(for: Text("none"), on: line, and: Text("")) == [])
  }
}
