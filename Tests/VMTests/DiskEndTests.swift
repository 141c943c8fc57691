import Testing

extension Machines {
  /// The end of a system whose disk does not answer.
  @Suite struct DiskEndTests {
    /// A write to a frozen file system waits until it is thawed, and so would an init that writes there itself.
    @Test func frozenRoot() throws {
      let directory = try Disk.directory(
        directories: ["/mnt"], links: [("/bin/sh", "busybox")],
        files: [("/sbin/init", Place.swinit), ("/bin/busybox", "/usr/bin/busybox")])
      let machine = try Machine(
        Initramfs(), line: "root=LABEL=system rw", kind: .pc, disks: [Disk("size=24M,label=system,from=\(directory)")],
        monitor: true)
      try machine.text("# ")
      machine.type("/bin/busybox fsfreeze --freeze /; kill -USR2 1\n")
      try machine.text("saving the random seed and the time: ")
      for _ in 1...2 { try machine.command("sendkey ctrl-alt-delete") }
      try machine.text("reboot: Restarting system")
      #expect(try machine.finish().exit == .code(0))
    }
  }
}
