import Foundation
import Sys
import TestSupport
import Testing

@testable import Boot

@Suite struct ModuleInfoTests {
  /// A module's ELF file with nothing but its .modinfo: header, names, strings, table of three sections.
  static func elf(_ strings: [String], is64: Bool = true, isBig: Bool = false) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let little = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return isBig ? little.reversed() : little
    }
    let word = is64 ? 8 : 4
    let names = Array("\0.shstrtab\0.modinfo\0".utf8)
    let info: [UInt8] = Array((strings.joined(separator: "\0") + "\0").utf8)
    let namesAt = 64
    let infoAt = namesAt + names.count
    let table = infoAt + info.count
    var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, is64 ? 2 : 1, isBig ? 2 : 1, 1] + [UInt8](repeating: 0, count: 9)
    file += number(1, 2) + number(62, 2) + number(1, 4) + number(0, word) + number(0, word) + number(table, word)
    file += number(0, 4) + number(is64 ? 64 : 52, 2) + number(0, 4) + number(is64 ? 64 : 40, 2) + number(3, 2) + number(1, 2)
    file += [UInt8](repeating: 0, count: 64 - file.count) + names + info
    func section(_ name: Int, _ type: Int, _ offset: Int, _ size: Int) -> [UInt8] {
      number(name, 4) + number(type, 4) + number(0, word) + number(0, word) + number(offset, word) + number(size, word)
        + number(0, 4) + number(0, 4) + number(1, word) + number(0, word)
    }
    return file + section(0, 0, 0, 0) + section(1, 3, namesAt, names.count) + section(11, 1, infoAt, info.count)
  }

  static func disk(_ bytes: [UInt8]) -> DiskBytes {
    DiskBytes(size: UInt64(bytes.count)) { offset, count in Array(bytes[Int(offset)..<Int(offset) + count]) }
  }

  static let strings = [
    "license=GPL", "softdep=pre: crc32c post: x", "alias=fs-btrfs", "alias=pci:v*d*", "depends=libcrc32c,raid6_pq,,xor",
    "name=btrfs",
    "name=other", "aliasing=no",
  ]

  @Test(arguments: [(true, false), (true, true), (false, false), (false, true)]) func reads(_ is64: Bool, _ isBig: Bool) throws {
    let info = try ModuleInfo.read(Self.disk(Self.elf(Self.strings, is64: is64, isBig: isBig)))
    #expect(info.name.map { String(decoding: $0, as: UTF8.self) } == "btrfs")
    var words: [String] = []
    info.forEachDependency { words.append($0.string) }
    info.forEachAlias { words.append($0.string) }
    info.forEachSoftDependency { words.append($0.string) }
    #expect(words == ["libcrc32c", "raid6_pq", "xor", "fs-btrfs", "pci:v*d*", "pre: crc32c post: x"])
  }

  private func fault(_ bytes: [UInt8]) -> String {
    do throws(ModuleInfoError) { _ = try ModuleInfo.read(Self.disk(bytes)) } catch { return error.message.string }
    return ""
  }

  @Test func damage() {
    let sound = Self.elf(Self.strings)
    func with(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
      var file = sound
      file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      return file
    }
    #expect(fault([]) == "it is no kernel module: it is not an ELF file")
    #expect(fault([UInt8](repeating: 0x20, count: 500)) == "it is no kernel module: it is not an ELF file")
    #expect(fault(with(4, [9])) == "its ELF file is damaged: its class or byte order is unknown")
    #expect(fault(with(60, [0, 0])) == "its ELF file is damaged: it has no table of sections")
    #expect(fault(with(62, [9, 0])) == "its ELF file is damaged: it has no table of sections")
    #expect(
      fault(with(40, [UInt8](repeating: 0xFF, count: 8))) == "its ELF file is damaged: its table of sections cannot be read")
    #expect(fault(Array(sound.dropLast())) == "its ELF file is damaged: its table of sections cannot be read")
    #expect(fault(with(sound.count - 64, [0])) == "its ELF file is damaged: it has no .modinfo section")
    #expect(fault(with(sound.count - 60, [8])) == "its ELF file is damaged: a section has an impossible size")
    #expect(fault(with(sound.count - 32, [0, 0, 0, 0, 1])) == "its ELF file is damaged: a section has an impossible size")
    #expect(fault(with(sound.count - 40, [0xFF, 0xFF])) == "its ELF file is damaged: a section lies outside of the file")
  }

  /// Whatever a file holds: an answer or an error, no trap and no large read.
  @Test func randomBytes() {
    var random = SplitMix(seed: 11)
    for round in 0..<4000 {
      var file = Self.elf(Self.strings, is64: round % 2 == 0, isBig: round % 4 < 2)
      let count = file.count
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        // Header and table are what is read.
        let place =
          Bool.random(using: &random)
          ? Int.random(in: 0..<64, using: &random) : Int.random(in: count - 192..<count, using: &random)
        file[place] = Bool.random(using: &random) ? 0xFF : UInt8.random(in: 0...255, using: &random)
      }
      if round % 5 == 0 { file = Array(file.prefix(Int.random(in: 0...count, using: &random))) }
      if let info = try? ModuleInfo.read(Self.disk(file)) {
        _ = info.name
        var survey = ModuleSurvey()
        survey.add(Text("kernel/x.ko"), info)
        _ = ModuleIndex(dependencies: text(survey.dependencies), aliases: text(survey.aliases), soft: text(survey.soft))
      }
    }
  }

  @Test func survey() throws {
    var survey = ModuleSurvey()
    survey.add(Text("kernel/fs/btrfs.ko"), try ModuleInfo.read(Self.disk(Self.elf(Self.strings))))
    survey.add(Text("kernel/raid6-pq.ko"), try ModuleInfo.read(Self.disk(Self.elf(["name=raid6_pq", "depends="]))))
    survey.add(Text("kernel/renamed.ko"), try ModuleInfo.read(Self.disk(Self.elf(["name=xor", "alias=evil\nalias * x"]))))
    survey.add(Text("kernel/packed.ko.xz"), nil)
    survey.add(Text("kernel/a b.ko"), nil)
    survey.add(Text("kernel/a\nb.ko"), nil)
    let index = ModuleIndex(dependencies: text(survey.dependencies), aliases: text(survey.aliases), soft: text(survey.soft))
    #expect(index.modules.map { $0.name.string } == ["btrfs", "raid6-pq", "renamed", "packed"])
    let btrfs = try #require(index.modules(for: Text("fs-btrfs")).first)
    #expect(index.plan(for: btrfs).map { index.modules[$0].name.string } == ["renamed", "raid6-pq", "btrfs"])
    #expect(index.modules(for: Text("evil")) == [])
  }

  // ---- the loader, with a kernel of the test's own ----

  final class Kernel {
    var log: [String] = []
    var refusals: [String: Int32] = [:]
    var has: [String] = []

    var answers: ModuleLoader.Kernel {
      ModuleLoader.Kernel(
        has: { self.has.contains($0.string) },
        load: { file, parameters, compression in
          let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(file.rawValue)")) ?? "?"
          let name = String(path.split(separator: "/").last ?? "?")
          self.log.append(
            name + (parameters.isEmpty ? "" : " " + parameters.string) + (compression == .compressed ? " packed" : ""))
          return self.refusals[name].map { Errno($0) }
        })
    }
  }

  private func tree(_ files: [String: [UInt8]]) throws -> URL {
    let root = FileManager.default.temporaryDirectory.appending(path: "swinit-modules-\(UUID().uuidString)")
    for (path, bytes) in files {
      let file = root.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
    return root
  }

  private func load(_ loader: inout ModuleLoader, _ name: String) -> String {
    do throws(ModuleError) { try loader.load(text(name)) } catch { return error.message.string }
    return ""
  }

  @Test(arguments: [true, false]) func loads(_ hasDependencies: Bool) throws {
    var files = [
      "kernel/a.ko": Self.elf(["depends=b,c", "alias=dev:a*", "name=a"]), "kernel/b.ko": Self.elf(["depends=c", "name=b"]),
      "kernel/c.ko": Self.elf(["depends=", "name=c"]), "kernel/bad.ko": Self.elf(["depends=", "name=bad"]),
      "kernel/user.ko": Self.elf(["depends=bad", "name=user"]), "kernel/p.ko.xz": [1, 2],
      "kernel/lost.ko": Self.elf(["depends=gone"]),
      "modules.builtin": Array("kernel/ext4.ko\n".utf8),
    ]
    if hasDependencies {
      files["modules.dep"] = Array(
        """
        kernel/a.ko: kernel/b.ko kernel/c.ko\nkernel/b.ko: kernel/c.ko\nkernel/c.ko:\nkernel/bad.ko:\nkernel/user.ko: kernel/bad.ko
        kernel/p.ko.xz:\nkernel/lost.ko: kernel/gone.ko\n
        """.utf8)
      files["modules.alias"] = Array("alias dev:a* a\n".utf8)
    }
    let root = try tree(files)
    defer { try? FileManager.default.removeItem(at: root) }
    // A link that leads back is not followed.
    try FileManager.default.createSymbolicLink(at: root.appending(path: "kernel/loop"), withDestinationURL: root)

    let kernel = Kernel()
    kernel.refusals = ["bad.ko": 8, "p.ko.xz": 95]
    var loader = try ModuleLoader(directory: word(root.path), kernel: kernel.answers)
    loader.commandLine = Text("a.size=4 b.x=1")
    #expect(loader.count == 7)
    #expect(load(&loader, "a") == "" && load(&loader, "a") == "" && load(&loader, "dev:abc") == "" && load(&loader, "ext4") == "")
    #expect(kernel.log == ["c.ko", "b.ko x=1", "a.ko size=4"] && loader.loadedCount == 3)
    #expect(load(&loader, "nobody").hasPrefix("kernel module nobody: there is none"))
    #expect(
      load(&loader, "user")
        == "kernel module user is not loaded: it needs bad: the kernel does not take it: it is damaged or made for another kernel"
    )
    #expect(load(&loader, "user").contains("needs bad") && kernel.log.filter { $0 == "bad.ko" }.count == 1, "once")
    #expect(load(&loader, "p").contains("this kernel cannot unpack .xz files") && kernel.log.contains("p.ko.xz packed"))
    #expect(load(&loader, "lost") == "kernel module lost is not loaded: it needs gone: there is no such module")
  }

  @Test func coldPlug() throws {
    let root = try tree([
      "modules.dep": Array("a.ko:\nb.ko: a.ko\nn.ko:\n".utf8), "modules.alias": Array("alias pci:v1* b\nalias pci:v2* n\n".utf8),
      "a.ko": [1], "b.ko": [1], "n.ko": [1], "sys/bus/dev0/modalias": Array("pci:v1x\n".utf8),
      "sys/bus/dev0/sub/modalias": Array("acpi:x\npci:v2y\n".utf8), "sys/bus/dev1/modalias": Array("pci:v1x\n".utf8),
    ])
    defer { try? FileManager.default.removeItem(at: root) }
    try FileManager.default.createSymbolicLink(
      at: root.appending(path: "sys/bus/dev0/up"), withDestinationURL: root.appending(path: "sys"))
    let kernel = Kernel()
    kernel.refusals = ["n.ko": 19]
    var loader = try ModuleLoader(directory: word(root.path), kernel: kernel.answers)
    var errors: [String] = []
    loader.loadForDevices(below: word(root.appending(path: "sys").path)) { errors.append($0.message.string) }
    #expect(kernel.log.sorted() == ["a.ko", "b.ko", "n.ko"] && errors == [], "ENODEV is no failure")
  }

  @Test func noDirectory() {
    do throws(ModuleError) { _ = try ModuleLoader(directory: CString("/nonexistent/modules"), kernel: Kernel().answers) } catch {
      #expect(error.message.string == "no kernel modules: /nonexistent/modules: No such file or directory")
      return
    }
    Issue.record("there is no such directory")
  }
}
