import Testing

extension Machines {
  /// The end of a system whose disk does not answer.
  @Suite struct DiskEndTests {
    private func machine(size: String, more: [String] = []) throws -> Machine {
      let directory = try Disk.directory(
        directories: ["/mnt"], links: [("/bin/sh", "busybox")],
        files: [("/sbin/init", Place.swinit), ("/bin/busybox", "/usr/bin/busybox")])
      return try Machine(
        Initramfs(), line: "root=LABEL=system rw loglevel=6", kind: .pc,
        disks: [Disk("size=\(size),label=system,from=\(directory)")], monitor: true, more: more)
    }

    /// A write to a frozen file system waits until it is thawed, and so would an init that writes there itself.
    @Test func frozenRoot() throws {
      let machine = try machine(size: "24M")
      try machine.text("# ")
      machine.type("/bin/busybox fsfreeze --freeze /; kill -USR2 1\n")
      try machine.text("saving the random seed and the time: ")
      for _ in 1...2 { try machine.command("sendkey ctrl-alt-delete") }
      try machine.text("reboot: Restarting system")
      #expect(try machine.finish().exit == .code(0))
    }

    /// A /tmp that is mostly in swap, and more than the memory: were swap turned off first, the kernel would end in a panic.
    @Test func swappedOutFiles() throws {
      let machine = try machine(size: "260M", more: ["-m", "160"])
      try machine.text("# ")
      machine.type("b=/bin/busybox; $b dd if=/dev/zero of=/swap bs=1M count=200; $b mkswap /swap; $b swapon /swap\n")
      machine.type("$b mount -o remount,size=250M /tmp; $b dd if=/dev/urandom of=/tmp/x bs=1M count=170; kill -USR2 1\n")
      let ended = try machine.finish()
      #expect(ended.says("reboot: Power down") && !ended.said.contains { $0.contains("cannot") }, "\(ended)")
    }
  }
}
