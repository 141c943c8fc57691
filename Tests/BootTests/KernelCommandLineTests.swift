import TestSupport
import Testing

@testable import Boot
@testable import Sys

/// What becomes of each word, by the kernel's rules; the examples marked "seen" in kernel-map.md are among them.
@Suite struct KernelCommandLineTests {
  /// Words as next_arg() splits them: NAME, or NAME|VALUE.
  @Test(
    arguments: [
      ("", []), ("   ", []), ("a", ["a"]), ("  a  b  ", ["a", "b"]),
      ("a\tb\nc\u{0B}d\u{0C}e\rf", ["a", "b", "c", "d", "e", "f"]),
      ("k=v", ["k|v"]), ("k=", ["k|"]), ("k==v", ["k|=v"]), ("a=b=c", ["a|b=c"]), ("=foo", ["=foo"]), ("=a=b", ["=a|b"]),
      ("\"a b\"", ["a b"]), ("\"k=a b\"", ["k|a b"]), ("k=\"a b\"", ["k|a b"]), ("k=\"a b\"c", ["k|a b\"c"]),
      ("\"k\"=v", ["k\"|v"]),
      ("a\"b c\"d", ["a\"b c\"d"]), ("\"\"", [""]), ("\"", [""]), ("a \"", ["a", ""]), ("\"a b", ["a b"]), ("k=\"a b", ["k|a b"]),
      ("k=\"", ["k|"]),
      ("k=\"\"", ["k|"]), ("\"k=\"", ["k|"]), ("\"k=\"v\"", ["k|v"]), ("'a b'", ["'a", "b'"]), ("a\\ b", ["a\\", "b"]),
      ("k=a\"b c\"", ["k|a\"b c\""]),
      ("\"a\" b", ["a", "b"]), ("\"--\"", ["--"]), ("\"=a b\"", ["=a b"]), ("# a", ["#", "a"]), ("*", ["*"]),
    ] as [(String, [String])])
  func words(_ line: String, _ expected: [String]) {
    var words = KernelCommandLine.Words(text(line))
    var seen: [String] = []
    while let word = words.next() { seen.append(word.name.string + (word.value.map { "|" + $0.string } ?? "")) }
    #expect(seen == expected)
  }

  /// Byte 0xA0 is a blank to the kernel, so that "à" (C3 A0) is cut in two.
  @Test func noBreakSpaceSeparates() {
    #expect(KernelCommandLine(text("xày")).arguments == [[0x78, 0xC3], [0x79]])
    #expect(KernelCommandLine(text([0xA0, 0x61, 0xA0])).arguments == [[0x61]])
  }

  @Test func bytesThatAreNoUTF8AreKept() {
    let line = KernelCommandLine(text([0xFF, 0x80, 0x20, 0x6B, 0x3D, 0xFE]))
    #expect(line.arguments == [[0xFF, 0x80]])
    #expect(line.environment == [[0x6B, 0x3D, 0xFE]])
  }

  /// Who gets a word: arguments, then variables.
  @Test(
    arguments: [
      ("single", ["single"], []), ("1 auto k=v", ["1", "auto"], ["k=v"]), ("init", ["init"], []), ("rdinit", ["rdinit"], []),
      ("/etc/rc.local a.b a.b=c \"x.y\"", [], []), ("k=a.b", [], ["k=a.b"]), ("=foo", ["=foo"], []), ("=a=b", [], ["=a=b"]),
      ("ro rw quiet debug rootwait", [], []), ("rox rwx", ["rox", "rwx"], []),
      ("noinitrd-or-not load-ramdisk=1 reset-devices", [], []),
      ("root=/dev/vda rootflags=x rootfstype=ext4 rootdelay=3 rootwait=5 console=ttyS0,115200 loglevel=3 panic=1", [], []),
      ("BOOT_IMAGE=/vmlinuz kexec=1 kexec_x=2", [], []), ("rootfoo=1 Root=2", [], ["rootfoo=1", "Root=2"]),
      ("init-x=1", [], ["init-x=1"]),
      ("A-B=1 A_B=2", [], ["A-B=1", "A_B=2"]), ("A=1 B=2 A=3", [], ["A=3", "B=2"]),
      ("HOME=/root TERM=vt100 HOME=/", [], ["HOME=/", "TERM=vt100"]),
      ("AB=1 A=2", [], ["AB=1", "A=2"]), ("A=1 AB=2", [], ["A=1", "AB=2"]), ("\"k=a b\"", [], ["k=a b"]), ("k=", [], ["k="]),
      ("\"\"", [""], []),
      ("a -- b", ["a", "b"], []), ("a \"--\" k=v", ["a", "k=v"], []),
      ("-- a.b k=v ro init=/x root=/y", ["a.b", "k=v", "ro", "init=/x", "root=/y"], []),
      ("-- a -- b", ["a"], []), ("--=y", [], ["--=y"]), ("--x", ["--x"], []), ("--", [], []),
      ("-- \"a b\" k=\"c d\"", ["a b", "k=c d"], []),
      ("a init=/x b", ["b"], []), ("a k=v rdinit=/x b", ["b"], ["k=v"]), ("a init=/x b init=/y c", ["c"], []),
      ("init=/x -- a", ["a"], []),
    ] as [(String, [String], [String])])
  func whoGetsAWord(_ line: String, _ arguments: [String], _ environment: [String]) {
    let read = KernelCommandLine(text(line))
    #expect(read.arguments.map(string) == arguments)
    #expect(read.environment.map(string) == environment)
    #expect(read.overflow == nil)
  }

  @Test(
    arguments: [
      ("", nil, nil), ("init=/a", "/a", nil), ("init=/a init=/b", "/b", nil), ("init=", "", nil), ("init=\"/a b\"", "/a b", nil),
      ("\"init=/a b\"", "/a b", nil),
      ("rdinit=/r", nil, "/r"), ("rdinit=/r rdinit=/s init=/a", "/a", "/s"), ("rdinit=", nil, ""), ("-- init=/a", nil, nil),
      ("init=a.b", "a.b", nil),
    ] as [(String, String?, String?)])
  func initPaths(_ line: String, _ initPath: String?, _ ramdiskPath: String?) {
    let read = KernelCommandLine(text(line))
    #expect(read.initPath.map(string) == initPath)
    #expect(read.ramdiskPath.map(string) == ramdiskPath)
  }

  /// Where this table and the kernel are known to part.
  @Test(
    arguments: [
      ("kexec", [], []), ("kexec_file", [], []), ("BOOT-IMAGE=x", [], ["BOOT-IMAGE=x"]), ("earlycon earlyprintk", [], []),
      ("quiet=1 nosmp=1", [], []),
      ("noinitrd=1", [], []),
    ] as [(String, [String], [String])])
  func whoGetsAWordInTheKernel(_ line: String, _ arguments: [String], _ environment: [String]) {
    let read = KernelCommandLine(text(line))
    #expect(read.arguments.map(string) == arguments && read.environment.map(string) == environment)
  }

  @Test func neverTraps() {
    var random = SplitMix(seed: 1)
    let alphabet = Array("\"\"== -.ab\ninit=HOME=--".utf8) + [0xA0, 0xFF]
    for round in 0..<20_000 {
      let line: [UInt8] = (0..<Int.random(in: 0...120, using: &random)).map { _ in
        round % 2 == 0 ? UInt8.random(in: 0...255, using: &random) : alphabet.randomElement(using: &random)!
      }
      let read = KernelCommandLine(text(line))
      #expect(read.arguments.count <= 32 && read.environment.count <= 33)
    }
  }
}

func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
