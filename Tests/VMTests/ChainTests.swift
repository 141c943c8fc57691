import Testing

extension Machines {
  /// No root= and no command: the kernel's chain, in the initramfs itself.
  @Suite struct ChainTests {
    /// Whatever record-init.c sees is what it sees as the kernel's own first program.
    @Test(arguments: ["a b A=b \"two words\" C=\"d e\" x.y=1 HOME=/h", ""])
    func stateIsTheKernels(_ words: String) throws {
      let initramfs = try Initramfs().adding("--file", "/my/init=\(try Place.recordInit.get())")
      let direct = try Machine.boot(initramfs, line: "rdinit=/my/init \(words)")
      let through = try Machine.boot(initramfs, line: "init=/my/init \(words)")
      for name in [
        "argv", "env", "fd", "mask", "ignored", "pending", "rlimit", "cwd", "umask", "ids", "tty", "comm", "one-description",
      ] {
        // The console is opened once more, on the devtmpfs, and a program's open(2) adds O_LARGEFILE, which means nothing here.
        let values = through.values(name).map { name == "fd" ? $0.replacing("flags 0100002", with: "flags 02") : $0 }
        #expect(values == direct.values(name), "\(name): \(through)")
      }
      #expect(!direct.values("argv").isEmpty, "\(direct)")
    }

    /// 32 arguments: as many as the kernel has room for.
    @Test func asManyWordsAsTheKernelTakes() throws {
      let words = (1...31).map { "w\($0)" }
      let ended = try Machine.boot(Initramfs(actAs: "/my/init"), line: "init=/my/init \(words.joined(separator: " "))")
      #expect(ended.values("argv") == (["/my/init"] + words).map { "[\($0)]" }, "\(ended)")
    }

    @Test func bytesThatAreNoText() throws {
      let ended = try Machine.boot(
        Initramfs(actAs: "/my/init"),
        bytes: Array("init=/my/init w".utf8) + [0xFF, 0x20, 0xC3, 0x28] + Array(" E=".utf8) + [0xFE])
      #expect(ended.values("argv") == ["[/my/init]", "[w\\xff]", "[\\xc3(]"], "\(ended)")
      #expect(ended.values("env").contains("[E=\\xfe]"), "\(ended)")
    }

    /// The lines are the kernel's own for the same files.
    @Test func standardOnesInTheirOrder() throws {
      let initramfs = try Initramfs(actAs: "/bin/sh").adding("--directory", "/etc/init").file("/bin/init", mode: 0o755)
        .adding("--link", "/sbin/init=loop", "--link", "/sbin/loop=init")
      let ended = try Machine.boot(initramfs)
      #expect(ended.values("argv") == ["[/bin/sh]"], "\(ended)")
      for (path, error) in [("/sbin/init", -40), ("/etc/init", -13), ("/bin/init", -8)] {
        #expect(ended.says("Starting init: \(path) exists but couldn't execute it (error \(error))"), "\(ended)")
      }
    }

    /// What is missing is passed over in silence: a dangling link and a missing interpreter, too.
    @Test func missingOnesAreSilent() throws {
      let initramfs = try Initramfs(actAs: "/bin/sh").adding("--link", "/sbin/init=/nope")
        .file("/etc/init", "#!/no/such/interpreter\n", mode: 0o755)
      let ended = try Machine.boot(initramfs)
      #expect(ended.values("argv") == ["[/bin/sh]"], "\(ended)")
      #expect(!ended.says("Starting init:"), "\(ended)")
    }

    @Test(arguments: [("/nope", -2), ("/plain", -13), ("/dir", -13), ("/empty", -8), ("/loop", -40), ("", -13)])
    func requestedOneFails(_ path: String, _ error: Int) throws {
      let initramfs = try Initramfs(actAs: "/sbin/init").file("/plain", "text").file("/empty", mode: 0o755)
        .adding("--directory", "/dir", "--link", "/loop=loop")
      let ended = try Machine.boot(initramfs, line: "init=\(path)")
      #expect(ended.says("Requested init \(path) failed (error \(error))."), "\(ended)")
      #expect(ended.values("argv").isEmpty, "\(ended)")
      #expect(ended.exit == .code(0), "panic=-1 restarts at once: \(ended)")
    }

    @Test func legacyGoesOn() throws {
      let ended = try Machine.boot(Initramfs(actAs: "/sbin/init"), line: "init=/nope swinit.chain=legacy")
      #expect(ended.says("Failed to execute /nope (error -2)"), "\(ended)")
      #expect(ended.values("argv") == ["[/sbin/init]"], "\(ended)")
    }

    @Test func nothingFound() throws {
      let ended = try Machine.boot(Initramfs())
      #expect(ended.says("No working init found."), "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    /// rdinit= names swinit itself, at another place.
    @Test func byRamdiskOption() throws {
      let initramfs = try Initramfs(actAs: "/sbin/init").adding("--init", "none", "--file", "/other/swinit=\(Place.swinit)")
      let ended = try Machine.boot(initramfs, line: "rdinit=/other/swinit word")
      #expect(ended.values("argv") == ["[/sbin/init]", "[word]"], "\(ended)")
    }

    @Test(arguments: ["/init", "../init"]) func neverItself(_ target: String) throws {
      let ended = try Machine.boot(Initramfs(actAs: "/bin/sh").adding("--link", "/sbin/init=\(target)"))
      #expect(ended.values("argv") == ["[/bin/sh]"], "\(ended)")
    }

    /// The kernel's own step to swinit: /init cannot be executed, and swinit is /sbin/init of an initramfs.
    @Test func asStandardInitOfAnInitramfs() throws {
      let initramfs = try Initramfs(actAs: "/bin/sh").adding("--init", "none").file("/init", "text")
        .adding("--file", "/sbin/init=\(Place.swinit)")
      let ended = try Machine.boot(initramfs)
      #expect(ended.says("Failed to execute /init (error -13)"), "\(ended)")
      #expect(ended.values("argv") == ["[/bin/sh]"], "\(ended)")
    }

    /// The kernel makes /dev/console itself; swinit's devtmpfs has it, whatever the archive holds.
    @Test func noConsoleInTheArchive() throws {
      let ended = try Machine.boot(Initramfs(actAs: "/sbin/init").adding("--no-console"))
      #expect(ended.values("fd").count == 3, "\(ended)")
    }

    /// A kernel that has opened no console starts init without descriptors.
    @Test func consoleThatIsNoDevice() throws {
      let ended = try Machine.boot(
        Initramfs(actAs: "/act").adding("--no-console", "--directory", "/dev/console"), line: "-- /act state")
      #expect(ended.says("unable to open an initial console"), "\(ended)")
      #expect(ended.values("fd").count == 3, "\(ended)")
      #expect(ended.reports == [Report("-", 0)], "\(ended)")
    }

    /// /proc, /sys and /dev are files: each a line, none the end.
    @Test func placesThatCannotBeMountedOn() throws {
      let initramfs = try Initramfs(actAs: "/sbin/init").adding("--no-console").file("/proc").file("/sys")
      let ended = try Machine.boot(initramfs)
      #expect(ended.values("argv") == ["[/sbin/init]"], "\(ended)")
      #expect(ended.said.contains { $0.contains("/proc") }, "\(ended)")
      #expect(ended.said.contains { $0.contains("/sys") }, "\(ended)")
    }
  }

  /// What follows a boot that failed: panic= decides.
  @Suite struct FailureTests {
    private func withShell() throws -> Initramfs { try Initramfs().adding("--busybox-only", "--link", "/bin/sh=busybox") }

    @Test func shellWithoutPanic() throws {
      let machine = try Machine(withShell(), line: "init=/nope", panic: nil)
      try machine.text("Requested init /nope failed (error -2).")
      try machine.text("# ")
      machine.type("echo alive-$((6*7)) $$\n")
      try machine.text("alive-42")
      // A session with the console for its terminal: ^C ends what runs, and not the shell.
      try machine.text("# ")
      // Who says it is the terminal's foreground by then.
      machine.type("sh -c 'echo sleeps-$((1+1)); exec /bin/busybox sleep 1000'\n")
      try machine.text("sleeps-2")
      machine.type("\u{3}")
      try machine.text("# ")
      machine.type("echo again-$((6*8))\n")
      try machine.text("again-48")
      machine.type("/bin/busybox reboot -f\n")
      let ended = try machine.finish()
      #expect(!ended.says("job control turned off"), "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    @Test func failureIsInTheKernelsLog() throws {
      let machine = try Machine(withShell(), line: "init=/nope", panic: nil)
      try machine.text("# ")
      machine.type("/bin/busybox dmesg | /bin/busybox grep swinit; echo that-was-$((1+1))\n")
      try machine.text("that-was-2")
      let ended = machine.leave()
      #expect(ended.lines.contains { $0.contains("] swinit: ") && $0.contains("Requested init /nope failed") }, "\(ended)")
    }

    @Test func shellForAMissingRoot() throws {
      let machine = try Machine(withShell(), line: "root=/dev/nope swinit.wait=300ms", panic: nil)
      try machine.text("/dev/nope")
      try machine.text("# ")
      machine.type("echo alive-$((6*7))\n")
      try machine.text("alive-42")
      _ = machine.leave()
    }

    @Test func noShellToStart() throws {
      let machine = try Machine(Initramfs(), line: "init=/nope", panic: nil)
      try machine.text("Requested init /nope failed (error -2).")
      try machine.text("Kernel panic - not syncing: Attempted to kill init!")
      _ = machine.leave()
    }

    @Test(arguments: [-1, 1]) func restartAsPanicSays(_ seconds: Int) throws {
      let ended = try Machine.boot(withShell(), line: "init=/nope", panic: seconds)
      #expect(ended.says("Requested init /nope failed (error -2)."), "\(ended)")
      #expect(!ended.says("# "), "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    @Test func haltAsPanicSays() throws {
      let machine = try Machine(withShell(), line: "init=/nope", panic: 0)
      try machine.text("Requested init /nope failed (error -2).")
      try machine.text("panic=0")
      // Nobody answers.
      machine.type("echo alive-$((6*7))\n")
      #expect(try !machine.says("alive-42", within: 0.5))
      let ended = machine.leave()
      #expect(!ended.says("# ") && ended.exit == .killed(9), "\(ended)")
    }
  }
}
