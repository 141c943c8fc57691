import Testing

extension Machines {
  /// swinit as the init of a system, on its disk: a console shell, the kernel's levels, an end that loses nothing.
  @Suite struct SystemTests {
    private static let directory = Result {
      try Disk.directory(
        actAs: ["/act"], directories: ["/etc/swinit/initcalls.d/late", "/mnt"],
        links: [("/bin/sh", "busybox"), ("/sbin/poweroff", "init"), ("/sbin/reboot", "init"), ("/sbin/halt", "init")],
        files: [
          ("/sbin/init", Place.swinit), ("/bin/busybox", "/usr/bin/busybox"), ("/etc/hostname", try Place.file("testbox\n")),
          ("/etc/sysctl.d/test.conf", try Place.file("kernel.domainname = test.example\n")),
          (
            "/etc/swinit/initcalls.d/late/hello",
            try Place.file("#!/bin/sh\necho hook-at-$SWINIT_LEVEL-ran\n", mode: 0o755)
          ),
        ])
    }
    private func disk() throws -> Disk { try Disk("size=24M,label=system,from=\(try Self.directory.get())") }

    private func machine(_ line: String = "", disks: [Disk]? = nil, more: [String] = []) throws -> Machine {
      try Machine(Initramfs(), line: "root=LABEL=system rw \(line)", kind: .pc, disks: disks ?? [disk()], more: more)
    }

    @Test func consoleShellAndPowerOff() throws {
      let machine = try machine()
      try machine.text("# ")
      machine.type("/act look; /act state\n")
      try machine.text("@ dev ")
      machine.type("/bin/busybox echo host-$(/bin/busybox hostname) dom-$(/bin/busybox cat /proc/sys/kernel/domainname)\n")
      try machine.text("host-testbox dom-test.example")
      machine.type("/bin/busybox ls -l /dev/fd /dev/stdin; /bin/busybox ip link show lo\n")
      try machine.text("LOOPBACK,UP")
      machine.type("/sbin/poweroff\n")
      let ended = try machine.finish()
      #expect(ended.says("reboot: Power down"), "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
      for (path, type) in [
        ("/dev", "devtmpfs"), ("/proc", "proc"), ("/sys", "sysfs"), ("/dev/pts", "devpts"), ("/dev/shm", "tmpfs"),
        ("/run", "tmpfs"),
        ("/tmp", "tmpfs"), ("/sys/fs/cgroup", "cgroup2"),
      ] {
        #expect(
          ended.values("mount").contains { $0.contains(" / \(path) ") && $0.contains(" - \(type) ") },
          "\(type) on \(path): \(ended)")
      }
      #expect(ended.value("tty") == "own 1 session 1 foreground 1", "\(ended)")
      #expect(!ended.says("job control turned off"), "\(ended)")
    }

    /// A shell that ends comes again.
    @Test func shellIsRespawned() throws {
      let machine = try machine()
      try machine.text("# ")
      machine.type("echo first-$((1+1)); exit\n")
      try machine.text("first-2")
      try machine.text("# ")
      machine.type("echo second-$((1+2)); /sbin/poweroff -f\n")
      try machine.text("second-3")
      #expect(try machine.finish().exit == .code(0))
    }

    @Test func initcallDebug() throws {
      let machine = try machine("initcall_debug")
      try machine.text("# ")
      machine.type("/sbin/poweroff -f\n")
      let ended = try machine.finish()
      let calls = ended.lines.filter { $0.contains("swinit: calling ") && $0.contains(" @ 1") }
      let returns = ended.lines.filter { $0.contains("swinit: initcall ") && $0.contains(" returned ") && $0.hasSuffix("usecs") }
      #expect(!calls.isEmpty && calls.count == returns.count, "\(ended)")
      #expect(ended.says("hook-at-"), "\(ended)")
    }

    @Test func initcallBlacklist() throws {
      let debug = try machine("initcall_debug")
      try debug.text("# ")
      let all = debug.leave()
      let name = all.lines.first { $0.contains("swinit: calling ") && $0.contains("hostname") }
        .flatMap { $0.split(separator: " ").drop { $0 != "calling" }.dropFirst().first }
      let word = try #require(name.map(String.init), "no initcall sets the host name: \(all)")
      let machine = try machine("initcall_debug initcall_blacklist=\(word)")
      try machine.text("# ")
      #expect(!machine.leave().lines.contains { $0.contains("swinit: initcall \(word) returned 0") })
    }

    /// A process that only KILL ends, and a mount that is busy until then.
    @Test func stubbornProcessAndBusyMount() throws {
      let kept = Disk(path: Place.fresh("kept"))
      try Place.run(["cp", try disk().path, kept.path])
      let machine = try machine(
        disks: [], more: ["-drive", "if=none,id=k,format=raw,file=\(kept.path)", "-device", "nvme,serial=k,drive=k"])
      try machine.text("# ")
      machine.type("/bin/busybox mount -t tmpfs none /mnt; cd /mnt; /act stubborn &\n")
      try machine.text("@ sleeps")
      machine.type("echo kept >/kept; /sbin/poweroff\n")
      let ended = try machine.finish()
      #expect(ended.exit == .code(0) && ended.says("reboot: Power down"), "\(ended)")
      #expect(ended.said.contains { $0.contains("act") }, "what held it up is not named: \(ended)")
      // Clean: fsck finds nothing to mend.
      try Place.run([
        "sh", "-c",
        "PATH=$PATH:/sbin:/usr/sbin; e2fsck -f -n \(kept.path) && dumpe2fs -h \(kept.path) 2>&1 | grep -q 'state: *clean$'",
      ])
    }

    @Test func restart() throws {
      let machine = try machine()
      try machine.text("# ")
      machine.type("/sbin/reboot\n")
      let ended = try machine.finish()
      #expect(ended.says("reboot: Restarting system") && ended.exit == .code(0), "\(ended)")
    }

    /// Signals that busybox's and systemd's inits know.
    @Test(arguments: [("TERM", "Restarting system"), ("USR2", "Power down"), ("38", "Power down"), ("39", "Restarting system")])
    func signals(_ signal: String, _ end: String) throws {
      let machine = try machine()
      try machine.text("# ")
      machine.type("kill -\(signal) 1\n")
      #expect(try machine.finish().says("reboot: \(end)"))
    }
  }
}
