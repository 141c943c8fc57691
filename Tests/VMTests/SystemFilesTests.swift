import Testing

extension Machines {
  /// The files that a system is configured by, and those that it keeps.
  @Suite struct SystemFilesTests {
    /// A line for everything: the root from `ro` to rw, a second disk, a bind mount below it, swap on a disk and in a file, what is missing.
    @Test func fstab() throws {
      let content = Place.fresh("content")
      // A swap file may have no holes, and mke2fs makes one of each empty block: mkswap leaves such in the first page.
      let script = """
        PATH=$PATH:/sbin:/usr/sbin; mkdir -p \(content)/sub; tr '\\0' x </dev/zero | head -c 1M >\(content)/swap
        mkswap \(content)/swap
        for block in 0 2 3; do printf x | dd of=\(content)/swap bs=1 seek=$((block * 1024)) conv=notrunc; done
        """
      try Place.run(["sh", "-ec", script])
      let data = try KeptDisk(Disk("size=8M,label=data,from=\(content)"))
      let swap = try Disk("type=none,size=4M")
      try Place.run(["sh", "-c", "PATH=$PATH:/sbin:/usr/sbin; mkswap -q -L more \(swap.path)"])
      let lines = """
        LABEL=system / ext4 noatime 0 1
        /data/sub /mnt/bound none bind,ro 0 0
        LABEL=data /data ext4 nodev,resuid=7 0 2
        LABEL=nope /nope ext4 nofail 0 2
        LABEL=gone /gone ext4 defaults 0 2
        LABEL=more none swap pri=5 0 0
        /data/swap none swap sw 0 0

        """
      let machine = try Machine.system(
        Disk.system([("/etc/fstab", lines)]), "ro swinit.wait=300ms", disks: [data.first, swap])
      try machine.command(line: "/act look; /act read /proc/swaps; /sbin/poweroff")
      let ended = try machine.finish()
      func mount(_ path: String) -> String { ended.values("mount").last { $0.contains(" \(path) r") } ?? "none" }
      #expect(mount("/ /").contains("rw,noatime") && ended.value("write") == "yes", "\(ended)")
      #expect(mount("/data").contains("nodev") && mount("/data").contains("resuid=7"), "\(ended)")
      #expect(mount("/mnt/bound").contains("/sub /mnt/bound ro"), "\(ended)")
      let swaps = ended.values("text")
      #expect(swaps.contains { $0.hasPrefix("/dev/nvme2n1 ") && $0.hasSuffix("5") }, "\(ended)")
      #expect(swaps.contains { $0.hasPrefix("/data/swap ") }, "\(ended)")
      #expect(ended.says("swinit: warning: /etc/fstab:5: LABEL=gone for /gone is not there; there are: "), "\(ended)")
      #expect(!ended.says("/etc/fstab:4"), "\(ended)")
      // Swap is off before its file system is unmounted: else this would be busy.
      #expect(!ended.says("cannot unmount") && ended.says("reboot: Power down"), "\(ended)")
      try data.check()
    }

    /// Later files win, a wrong value and a missing module are told of with their line, and the rest is done.
    @Test func sysctlAndModules() throws {
      let overlay = try Place.run(["find", "build/kernel/modules/", "-name", "overlay.ko*"]).split(separator: "\n")[0]
      let version = try Place.run(["cat", "build/kernel/version"]).split(separator: "\n")[0]
      let file = overlay.split(separator: "/").last!
      let disk = try Disk.system(
        [
          ("/etc/sysctl.d/20-b.conf", "kernel/domainname = b.example\n-kernel.nothing = 1\nkernel.pid_max = wrong\n"),
          ("/etc/sysctl.d/10-a.conf", "kernel.domainname = a\nkernel.printk_ratelimit = 17\n"),
          ("/etc/modules-load.d/some.conf", "# two\noverlay\nnosuch\n"),
        ], files: [("/lib/modules/\(version)/kernel/\(file)", String(overlay))])
      let machine = try Machine.system(disk)
      try machine.command(
        line: "for i in domainname printk_ratelimit; do /act read /proc/sys/kernel/$i; done; /act look; /sbin/poweroff")
      let ended = try machine.finish()
      #expect(ended.values("text") == ["b.example", "17"], "\(ended)")
      #expect(
        ended.says("swinit: warning: /etc/sysctl.d/20-b.conf:3: cannot write 'wrong' to /proc/sys/kernel/pid_max: "), "\(ended)")
      #expect(ended.values("module").contains { $0.hasPrefix("overlay ") }, "\(ended)")
      #expect(ended.said.contains { $0.contains("/etc/modules-load.d/some.conf:3: ") && $0.contains("nosuch") }, "\(ended)")
    }

    /// The name stays, the seed does not, and the clock never goes back behind the last shutdown.
    @Test func whatGoesOnToTheNextBoot() throws {
      let disk = try KeptDisk(Disk.system())
      func boot(_ clock: String) throws -> (name: String, seed: String, year: String) {
        let machine = try Machine.system(disk.first, more: ["-rtc", "base=\(clock)"])
        try machine.command(
          line: "/act read /etc/machine-id; md5sum /var/lib/swinit/random-seed; echo year-$(date +%Y); /sbin/poweroff")
        let ended = try machine.finish()
        try disk.check()
        return (
          try #require(ended.value("text"), "\(ended)"),
          String(try #require(ended.lines.first { $0.hasSuffix("/var/lib/swinit/random-seed") }, "\(ended)").prefix(32)),
          String(try #require(ended.lines.first { $0.hasPrefix("year-") }, "\(ended)").dropFirst(5))
        )
      }
      let first = try boot("2035-05-05T05:05:05")
      let between = String(try disk.sum(of: "/var/lib/swinit/random-seed").prefix(32))
      let second = try boot("2021-01-01T00:00:00")
      #expect(first.name == second.name && first.name.count == 32, "\(first), \(second)")
      // Saved at the end, and at the start.
      #expect(first.seed != between && between != second.seed, "\(first), \(between), \(second)")
      #expect(first.year == "2035" && second.year == "2035", "\(first), \(second)")
    }

    /// Nothing can be written, and that is no reason for anything but a line.
    @Test func readOnlyRootThatStays() throws {
      let machine = try Machine.system(Disk.system([("/etc/machine-id", "")]), "ro")
      try machine.command(line: "/act look; /act read /etc/machine-id; /sbin/poweroff")
      let ended = try machine.finish()
      #expect(ended.value("write") == "Read-only file system", "\(ended)")
      #expect(ended.value("text")?.count == 32, "\(ended)")
      #expect(ended.values("mount").contains { $0.contains("/machine-id /etc/machine-id ro") }, "\(ended)")
      #expect(!ended.says("cannot save") && !ended.says("cannot note"), "\(ended)")
      #expect(ended.exit == .code(0) && ended.says("reboot: Power down"), "\(ended)")
    }
  }
}
