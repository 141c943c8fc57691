import Testing

extension Machines {
  /// Where a system can be, and what a machine with one command does there.
  @Suite struct SystemPlaceTests {
    /// The initramfs is the root for good, after a fault as well.
    @Test func initramfs() throws {
      let machine = try Machine(
        Initramfs(actAs: "/act").adding("--busybox-only", "--link", "/bin/sh=busybox", "--link", "/sbin/poweroff=/init"),
        line: "swinit.system initcall_debug", kind: .pc)
      try machine.command(line: "/act crash-init")
      try machine.text("swinit: executed again after the fault; the system goes on")
      machine.type("exit\n")
      try machine.command(line: "/act state; /act read /run/swinit/system_state; /sbin/poweroff")
      let ended = try machine.finish()
      #expect(ended.values("status").contains("SigBlk:\t0000000000000000"), "\(ended)")
      #expect(ended.value("text") == "SYSTEM_RUNNING", "\(ended)")
      #expect(ended.says("calling  sysctl @ 1") && ended.says("reboot: Power down"), "\(ended)")
      #expect(!ended.said.contains { $0.contains("cannot") }, "\(ended)")
    }

    /// The kernel has mounted the root itself: init=, and a command in either form. What it writes is on a clean disk afterwards.
    @Test(arguments: ["swinit.run -- /act write /kept something", "swinit.run=\"/act write /kept something\""])
    func commandOnADisk(_ words: String) throws {
      let disk = try KeptDisk(Disk.system(files: [("/swinit", Place.swinit)]))
      let machine = try Machine.system(disk.first, "rw init=/swinit swinit.token=t \(words)")
      let ended = try machine.finish()
      #expect(ended.reports == [Report("t", 0)] && ended.exit == .code(0), "\(ended)")
      try disk.check()
      #expect(try disk.sum(of: "/kept").hasPrefix("437b930db84b8079c2dd804a71936b5f "), "what was written is not there")
    }

    @Test func codeOnADisk() throws {
      let disk = try KeptDisk(Disk.system(files: [("/swinit", Place.swinit)]))
      let machine = try Machine.system(disk.first, "rw init=/swinit swinit.run -- /act exit 77")
      #expect(try machine.finish().reports == [Report("-", 77)])
      try disk.check()
    }
  }
}
