import Foundation
import Sys
import TestSupport
import Testing

@testable import Boot

/// sysctl.d(5), and the directories that such files are kept in.
@Suite struct SystemSysctlTests {
  private func read(_ file: String, _ into: Sysctl = Sysctl()) -> (Sysctl, [String]) {
    var sysctl = into
    var mistakes: [String] = []
    sysctl.read(text(file), "/f") { mistakes.append("\($0.line) \($1.word.string)") }
    return (sysctl, mistakes)
  }

  private func said(_ sysctl: Sysctl) -> [String] {
    sysctl.settings.map { setting in
      let sign = setting.failure == .isIgnored ? "-" : ""
      let value = setting.value.map { "=" + String(decoding: $0, as: UTF8.self) } ?? ""
      return "\(sign)\(String(decoding: setting.key, as: UTF8.self))\(value)"
    }
  }

  @Test(
    arguments: [
      ("kernel.pid_max = 4194304", ["kernel/pid_max=4194304"]), ("kernel/pid_max=1", ["kernel/pid_max=1"]),
      ("net.ipv4.conf.eth0/1.forwarding=1", ["net/ipv4/conf/eth0.1/forwarding=1"]),
      ("net/ipv4/conf/eth0.1/forwarding=1", ["net/ipv4/conf/eth0.1/forwarding=1"]), ("-kernel.x=1", ["-kernel/x=1"]),
      ("- kernel.x = 1", ["-kernel/x=1"]), ("kernel.x=", ["kernel/x="]), ("kernel.x=a=b", ["kernel/x=a=b"]),
      ("kernel.core_pattern=|/bin/x %p %t", ["kernel/core_pattern=|/bin/x %p %t"]), ("# c\n; d\n\n \t\n", []),
      ("kernel.x = 1 # no comment", ["kernel/x=1 # no comment"]), ("/proc/sys/kernel/x=1", ["kernel/x=1"]),
      ("/kernel/x=1", ["kernel/x=1"]), ("a.b=1\na.c=2\na/b=3", ["a/c=2", "a/b=3"]), ("-a.b", ["-a/b"]), ("a..b=1", ["a/b=1"]),
      ("a.*.b=1", ["a/*/b=1"]), ("single=1", ["single=1"]), ("../x=1", [".x=1"]), ("a.b\t=\t1 2 3\r", ["a/b=1 2 3"]),
    ] as [(String, [String])])
  func lines(_ file: String, _ expected: [String]) {
    let (sysctl, mistakes) = read(file)
    #expect(said(sysctl) == expected && mistakes == [])
  }

  @Test(
    arguments: [
      ("kernel.x", "kernel.x"), ("=1", ""), ("-", ""), ("a/../../etc/passwd=1", "a/../../etc/passwd"),
      (".=1", "."), ("a/./b=1", "a/./b"), ("a\0b=1", "a\0b"), ("-=1", ""), ("net.ipv4.//.x=1", "net.ipv4.//.x"),
    ] as [(String, String)])
  func mistakes(_ line: String, _ word: String) {
    let (sysctl, mistakes) = read("a.b=1\n" + line)
    #expect(mistakes == ["2 \(word)"] && said(sysctl) == ["a/b=1"])
  }

  @Test(
    arguments: [
      ("net/ipv4/conf/eth0/rp_filter", "net/ipv4/conf/*/rp_filter", true), ("net/ipv4/rp_filter", "net/*/rp_filter", true),
      ("net/ipv4/conf/rp_filter", "net/*/rp_filter", false), ("a/b-c", "a/b_c", false), ("a/b-c", "a/b?c", true),
      ("a/eth0", "a/eth[0-9]", true), ("a/ethx", "a/eth[0-9]", false), ("a/b/c", "a/*", false),
    ] as [(String, String, Bool)])
  func patterns(_ key: String, _ pattern: String, _ matches: Bool) {
    #expect(Sysctl.matches(Array(key.utf8), Array(pattern.utf8)) == matches)
  }

  @Test func names() {
    let (sysctl, _) = read("a.*.x=1\n-a.c.x\n-b.no*\nb.*=2\na.d.x=4")
    func isNamed(_ key: String) -> Bool { sysctl.isNamed(Array(key.utf8)) }
    #expect(isNamed("a/c/x") && isNamed("a/d/x") && !isNamed("a/e/x") && isNamed("b/not") && !isNamed("b/yes"))
  }

  /// On files instead of /proc/sys: what is written where, and what is told.
  @Test func writes() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "sysctl-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    for name in ["n/a/x", "n/b/x", "n/c/x", "n/d/y", "k"] {
      let file = root.appending(path: name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: file)
    }
    let (sysctl, _) = read("n.*.x=1\n-n.b.x\nn.c.x=3\nk = a b\nmissing.key=1\n-n.d=2\nn.a=5")
    var failures: [String] = []
    var notes: [String] = []
    let error = sysctl.apply(below: word(root.path)) { line in
      switch line {
      case .failure(let message): failures.append(message.string)
      case .note(let message): notes.append(message.string)
      }
    }
    func content(_ name: String) -> String? { try? String(contentsOf: root.appending(path: name), encoding: .utf8) }
    #expect(content("n/a/x") == "1\n" && content("n/b/x") == "" && content("n/c/x") == "3\n" && content("k") == "a b\n")
    #expect(content("n/d/y") == "")
    #expect(error == .isDirectory)
    #expect(failures == ["/f:7: cannot write '5' to /proc/sys/n/a: Is a directory"])
    #expect(
      notes == [
        "/f:5: cannot write '1' to /proc/sys/missing/key: No such file or directory",
        "/f:6: cannot write '2' to /proc/sys/n/d: Is a directory",
      ])
  }

  @Test func dropIns() {
    func files(_ directory: String, _ names: [String]) -> [DropIns.File] {
      names.map { DropIns.File(path: word("\(directory)/\($0)"), name: Array($0.utf8)) }
    }
    var all = DropIns.merge([], files("/etc", ["90-b.conf", "50-x.conf"]))
    all = DropIns.merge(all, files("/run", ["50-x.conf", "10-a.conf"]))
    all = DropIns.merge(all, files("/usr/lib", ["90-b.conf", "a.conf", "9.conf"]))
    #expect(
      all.map { $0.path.string }
        == ["/run/10-a.conf", "/etc/50-x.conf", "/usr/lib/9.conf", "/etc/90-b.conf", "/usr/lib/a.conf"])
    for (name, isOne) in [
      ("a.conf", true), (".conf", false), (".a.conf", false), ("a.conf.dpkg-old", false), ("a", false), ("", false),
    ] {
      #expect(DropIns.isConfiguration(text(name)) == isOne)
    }
  }

  @Test func neverTraps() {
    var random = SplitMix(seed: 11)
    let alphabet = Array("ab./-=*[] \t#;\n\0\r".utf8) + [0xFF]
    for _ in 0..<20_000 {
      let file = (0..<Int.random(in: 0...30, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
      var sysctl = Sysctl()
      sysctl.read(text(file), "/f") { _, _ in }
      for setting in sysctl.settings {
        let key = String(decoding: setting.key, as: UTF8.self)
        #expect(!key.hasPrefix("/") && !key.split(separator: "/").contains("..") && !key.isEmpty)
      }
    }
  }
}
