import Testing

extension Machines {
  /// Roots that cannot be what they should be: a line each, and the boot goes on or panic= is followed.
  @Suite struct SystemBadInputTests {
    private func damaged(_ disk: Disk, _ command: String) throws -> Disk {
      let copy = try KeptDisk(disk)
      try Place.run(["sh", "-c", "PATH=$PATH:/sbin:/usr/sbin; debugfs -w -R '\(command)' \(copy.path)"])
      return copy.first
    }

    /// An init whose inode is lost; a root directory that is.
    @Test(arguments: [
      ("clri /sbin/init", "Requested init /sbin/init failed (error -117)."),
      ("clri <2>", "cannot mount /dev/nvme0n1 as ext4: Structure needs cleaning"),
    ])
    func brokenRoot(_ damage: String, _ line: String) throws {
      let disk = try damaged(Disk.system(), damage)
      let ended = try Machine.boot(Initramfs(), line: "root=/dev/nvme0n1 ro init=/sbin/init", kind: .pc, disks: [disk])
      #expect(ended.said.contains { $0.contains(line) }, "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    /// Nothing can be kept, and there is a shell to make room.
    @Test func fullRoot() throws {
      let disk = try Disk.system(
        [("/etc/machine-id", "")],
        scripts: [("/etc/swinit/initcalls.d/fs/fills", "#!/bin/sh\ndd if=/dev/zero of=/filler bs=64k 2>/dev/null; :\n")])
      let machine = try Machine.system(disk)
      try machine.text("swinit: warning: cannot save a random seed in /var/lib/swinit/random-seed: No space left on device")
      try machine.command(line: "/act read /etc/machine-id; /sbin/poweroff")
      let ended = try machine.finish()
      #expect(ended.value("text")?.count == 32, "\(ended)")
      #expect(ended.says("reboot: Power down"), "\(ended)")
    }

    /// Without /proc there is no kernel command line to go by; without /sys no list of consoles.
    @Test(arguments: ["proc", "sysfs"]) func placeThatCannotBeMountedOn(_ type: String) throws {
      let place = type == "proc" ? "/proc" : "/sys"
      let machine = try Machine.system(damaged(Disk.system(), "rmdir \(place)"), "ro")
      try machine.text("swinit: warning: cannot mount \(type) on \(place): Read-only file system")
      try machine.command(line: "/sbin/poweroff")
      #expect(try machine.finish().says("reboot: Power down"))
    }

    /// Neither /dev nor anything else. Where it cannot be made, nobody can log in, and that is said.
    @Test func noPlaces() throws {
      let root = Place.fresh("bare")
      try Place.run([
        "sh", "-ec",
        "mkdir -p \(root)/sbin \(root)/bin; cp \(Place.swinit) \(root)/sbin/init; cp /usr/bin/busybox \(root)/bin/sh; cp \(try Place.act.get()) \(root)",
      ])
      let disk = try Disk("size=24M,from=\(root)")
      let machine = try Machine.system(disk, "rw")
      try machine.command(line: "poweroff -f")
      #expect(try machine.finish().exit == .code(0))
      let other = try Machine.system(disk, "ro")
      for line in ["cannot mount devtmpfs on /dev: ", "cannot mount proc on /proc: ", "there is no console /dev/console"] {
        try other.text("swinit: warning: \(line)")
      }
      _ = other.leave()
    }

    /// As many words as the kernel's limit of 2047 bytes leaves room for.
    @Test func manyWords() throws {
      let ended = try Machine.boot(
        Initramfs(actAs: "/act"), line: "swinit.run=\"/act state\(String(repeating: " w", count: 850))\"")
      #expect(ended.values("argv").count == 852, "\(ended)")
    }

    /// Modules are asked for, and the archive has none: named, and what is built in is enough.
    @Test func archiveWithoutModules() throws {
      let machine = try Machine(
        Initramfs(), line: "root=LABEL=system rw swinit.modules=virtio_blk", kind: .pc, disks: [Disk.system()])
      let line = try machine.text("/lib/modules")
      #expect(line.hasPrefix("swinit: warning: "), "\(line)")
      try machine.command(line: "/sbin/poweroff")
      #expect(try machine.finish().says("reboot: Power down"))
    }
  }
}
