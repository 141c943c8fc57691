import Foundation
import Testing

extension Machines {
  /// A command in place of an init: its output, its end, and how the host learns of it.
  @Suite struct TestRunTests {
    private func act() throws -> Initramfs { try Initramfs(actAs: "/act") }

    /// QEMU's status after isa-debug-exit is the code's lower seven bits, twice, and one.
    @Test(arguments: [("exit 0", 0), ("exit 1", 1), ("exit 77", 77), ("signal 9", 137)])
    func codeReachesTheHost(_ words: String, _ code: Int) throws {
      let ended = try Machine.boot(
        act(), line: "swinit.exit=debug-exit swinit.token=4f2a -- /act \(words)", exitDevice: true)
      #expect(ended.reports == [Report("4f2a", code)], "\(ended)")
      #expect(ended.exit == .code(Int32(code << 1 | 1) & 0xFF), "\(ended)")
    }

    /// Without a device that ends QEMU, the machine ends as it can: here by a restart.
    @Test(arguments: [("exit 0", 0), ("exit 77", 77), ("signal 9", 137)])
    func trailerAlone(_ words: String, _ code: Int) throws {
      let ended = try Machine.boot(act(), line: "-- /act \(words)")
      #expect(ended.reports == [Report("-", code)], "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
      #expect(!ended.says("Kernel panic"), "\(ended)")
    }

    @Test(arguments: [("exit 0", 0), ("signal 9", 137)])
    func secondPort(_ words: String, _ code: Int) throws {
      let ended = try Machine.boot(
        act(), line: "swinit.exit=tty:/dev/ttyS1 swinit.token=abc -- /act \(words)", secondPort: true)
      #expect(ended.second == "exit abc \(code)\n", "\(ended)")
      #expect(ended.reports == [Report("abc", code)], "\(ended)")
    }

    /// By its name, without the links that udev would make.
    @Test func virtioPort() throws {
      let file = Place.fresh("port")
      let ended = try Machine.boot(
        act().modules("virtio_pci,virtio_console"), line: "swinit.exit=port:second swinit.token=abc -- /act exit 7", kind: .pc,
        more: [
          "-device", "virtio-serial-pci", "-chardev", "null,id=one", "-device", "virtserialport,chardev=one,name=first",
          "-chardev",
          "file,id=two,path=\(file)", "-device", "virtserialport,chardev=two,name=second",
        ])
      #expect(try String(contentsOfFile: file, encoding: .utf8) == "exit abc 7\n", "\(ended)")
      #expect(ended.reports == [Report("abc", 7)], "\(ended)")
    }

    @Test func otherPortOfTheDevice() throws {
      let ended = try Machine.boot(
        act(), line: "swinit.exit=debug-exit:0x501 -- /act exit 3", more: ["-device", "isa-debug-exit,iobase=0x501,iosize=4"])
      #expect(ended.exit == .code(7), "\(ended)")
    }

    /// A machine with ACPI goes off by it.
    @Test func powerOff() throws {
      let ended = try Machine.boot(act(), line: "loglevel=6 -- /act exit 5", kind: .pc)
      #expect(ended.reports == [Report("-", 5)], "\(ended)")
      #expect(ended.exit == .code(0))
      #expect(ended.says("reboot: Power down"), "\(ended)")
    }

    @Test(arguments: ["auto", "none"]) func noDeviceIsTouched(_ word: String) throws {
      let ended = try Machine.boot(act(), line: "swinit.exit=\(word) -- /act exit 9", exitDevice: true)
      #expect(ended.reports == [Report("-", 9)], "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    /// A channel that is not there leaves the trailer.
    @Test(arguments: ["tty:/dev/ttyS7", "port:nope", "debug-exit", "nope"])
    func missingChannel(_ word: String) throws {
      let ended = try Machine.boot(act(), line: "swinit.exit=\(word) -- /act exit 6")
      #expect(ended.reports == [Report("-", 6)], "\(ended)")
      // isa-debug-exit cannot be seen from inside.
      if word != "debug-exit" { #expect(ended.said.count > 1, "nothing said of \(word): \(ended)") }
    }

    @Test(arguments: [("swinit.run=\"/act exit 11\"", 11), ("swinit.run -- /act exit 12", 12)])
    func byOption(_ line: String, _ code: Int) throws {
      let ended = try Machine.boot(act(), line: line)
      #expect(ended.reports == [Report("-", code)], "\(ended)")
    }

    /// It says so, and does not run an init in the command's place.
    @Test func commandThatIsNotUnderstood() throws {
      let ended = try Machine.boot(act().adding("--link", "/sbin/init=/act"), line: "swinit.run=\"/act 'exit 3\"")
      #expect(ended.said.contains { $0.contains("swinit.run") }, "\(ended)")
      #expect(ended.values("argv").isEmpty && ended.reports.allSatisfy { $0.code != 0 }, "\(ended)")
    }

    @Test func wordsOfTheCommand() throws {
      let ended = try Machine.boot(act(), line: "A=b single -- /act state \"a b\" x=y a.b init=/x ro \"q=r s\"")
      #expect(
        ended.values("argv") == ["[/act]", "[state]", "[a b]", "[x=y]", "[a.b]", "[init=/x]", "[ro]", "[q=r s]"], "\(ended)")
      #expect(ended.values("env").contains("[A=b]"), "\(ended)")
    }

    @Test func bytesThatAreNoText() throws {
      let ended = try Machine.boot(
        act(), bytes: Array("X=".utf8) + [0xFF, 0xFE] + Array(" -- /act state ".utf8) + [0xC3, 0x28, 0x80])
      #expect(ended.values("argv") == ["[/act]", "[state]", "[\\xc3(\\x80]"], "\(ended)")
      #expect(ended.values("env").contains("[X=\\xff\\xfe]"), "\(ended)")
      #expect(ended.reports == [Report("-", 0)], "\(ended)")
    }

    /// 2047 bytes in all: longer ones the kernel does not survive itself.
    @Test func longestLine() throws {
      let head = Machine.options + " panic=-1 "
      let words = "-- /act state "
      let word = String(repeating: "x", count: 2047 - head.utf8.count - words.utf8.count)
      let ended = try Machine.boot(act(), line: words + word)
      #expect(ended.values("argv").last == "[\(word)]", "\(ended)")
      #expect(ended.reports == [Report("-", 0)], "\(ended)")
    }

    /// As in a container: a session with the console for its terminal, no descriptors and no signals of swinit's.
    @Test func stateOfTheCommand() throws {
      let ended = try Machine.boot(act(), line: "-- /act state")
      #expect(ended.value("ids")?.contains("ppid 1 leader 1 group-leader 1 uid 0 gid 0") == true, "\(ended)")
      #expect(ended.value("tty") == "own 1 session 1 foreground 1", "\(ended)")
      #expect(ended.values("fd").count == 3, "\(ended)")
      #expect(ended.values("fd").allSatisfy { $0.contains("/dev/") && $0.contains("cloexec 0") }, "\(ended)")
      for name in ["SigBlk", "SigIgn", "SigCgt"] {
        #expect(ended.values("status").contains("\(name):\t0000000000000000"), "\(ended)")
      }
      #expect(ended.value("cwd") == "/", "\(ended)")
    }

    @Test func mountsForTheCommand() throws {
      let ended = try Machine.boot(act(), line: "-- /act look")
      for (path, type) in [("/dev", "devtmpfs"), ("/proc", "proc"), ("/sys", "sysfs")] {
        let count = ended.values("mount").count { $0.contains(" / \(path) ") && $0.contains(" - \(type) ") }
        #expect(count == 1, "\(type) on \(path): \(ended)")
      }
    }

    @Test func userAndDirectory() throws {
      let initramfs = try act().adding("--directory", "/work/here").file("/etc/passwd", "some:x:1234:56:Some:/work:/bin/sh\n")
      let ended = try Machine.boot(initramfs, line: "swinit.user=some swinit.chdir=/work/here -- /act state")
      #expect(ended.value("ids")?.contains("uid 1234 gid 56") == true, "\(ended)")
      #expect(ended.value("cwd") == "/work/here", "\(ended)")
      #expect(ended.reports == [Report("-", 0)], "\(ended)")
    }

    /// A shell's codes, and the cause.
    @Test(arguments: [("/nope", 127, "/nope"), ("/plain", 126, "/plain"), ("/", 126, "/")])
    func commandThatCannotRun(_ command: String, _ code: Int, _ named: String) throws {
      let ended = try Machine.boot(act().file("/plain", "text"), line: "-- \(command)")
      #expect(ended.reports == [Report("-", code)], "\(ended)")
      #expect(ended.said.contains { $0.contains(named) && !$0.contains("exit -") }, "\(ended)")
    }

    @Test(arguments: ["sleep", "stubborn"]) func timeout(_ word: String) throws {
      let ended = try Machine.boot(act(), line: "swinit.timeout=500ms swinit.token=t -- /act \(word)")
      #expect(ended.values("sleeps").isEmpty && ended.says("@ sleeps"), "\(ended)")
      #expect(ended.reports == [Report("t", 124)], "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    @Test func timeoutThatIsNotReached() throws {
      let ended = try Machine.boot(act(), line: "swinit.timeout=20s -- /act exit 4")
      #expect(ended.reports == [Report("-", 4)], "\(ended)")
    }

    /// QEMU's own status says nothing of a panic: the missing report does.
    @Test func panicOfTheKernel() throws {
      let ended = try Machine.boot(act(), line: "-- /act panic", exitDevice: true)
      #expect(ended.says("@ panics"), "\(ended)")
      #expect(ended.says("Kernel panic - not syncing: sysrq triggered crash"), "\(ended)")
      #expect(ended.reports.isEmpty, "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    @Test func everyLineOfTheOutput() throws {
      let ended = try Machine.boot(act(), line: "-- /act bytes 2000")
      let wanted = (0..<2000).map { number in
        let digits = String(number)
        return "#" + String(repeating: "0", count: 5 - digits.count) + digits + " abcdefgh"
      }
      #expect(ended.lines.filter { $0.hasPrefix("#") }.map(String.init) == wanted)
      // The trailer is behind all of it.
      #expect(ended.reports == [Report("-", 0)])
      #expect(ended.lines.lastIndex { $0.hasPrefix("#") }! < ended.lines.lastIndex { $0.contains("swinit: exit ") }!)
    }

    @Test func everyByteOfTheOutput() throws {
      let ended = try Machine.boot(act(), line: "-- /act raw")
      let wanted = Array("<raw>".utf8) + (1...255).filter { ![9, 10, 13].contains($0) } + [10]
      #expect(ended.bytes.firstRange(of: wanted) != nil, "\(ended)")
    }

    /// The trailer has its own line, whatever the output ended with.
    @Test func lineThatDoesNotEnd() throws {
      let ended = try Machine.boot(act(), line: "-- /act partial")
      #expect(ended.says("no newline"), "\(ended)")
      #expect(ended.lines.contains("swinit: exit - 0"), "\(ended)")
    }

    @Test func orphansAreReaped() throws {
      let ended = try Machine.boot(act(), line: "-- /act orphans 20")
      #expect(ended.value("zombies") == "0", "\(ended)")
      #expect(ended.reports == [Report("-", 0)], "\(ended)")
    }

    @Test func orphansAreAskedToEnd() throws {
      let ended = try Machine.boot(act(), line: "-- /act leave 8")
      #expect(ended.says("@ orphan got 15"), "\(ended)")
      #expect(ended.reports == [Report("-", 8)], "\(ended)")
    }

    /// And are ended, if they do not.
    @Test func orphanThatIgnoresTERM() throws {
      let ended = try Machine.boot(act(), line: "-- /act leave-stubborn 8")
      #expect(ended.reports == [Report("-", 8)], "\(ended)")
    }

    @Test func wrongOptionIsNamed() throws {
      let ended = try Machine.boot(act(), line: "swinit.timeout=soon swinit.nope=1 -- /act exit 0")
      #expect(ended.said.contains { $0.contains("soon") }, "\(ended)")
      #expect(ended.said.contains { $0.contains("swinit.nope") }, "\(ended)")
      #expect(ended.reports.count == 1, "\(ended)")
    }
  }
}
