import Testing

extension Machines {
  /// root=: found, mounted, switched to. act.c is /sbin/init there, and says where it is.
  @Suite struct RootTests {
    static let uuid = "0e5c3a86-8b0f-4a43-a0d5-5f1e6d1c7b01"
    static let partition = "7f3ad3c8-0f0d-4b5c-9d6e-2c1f00000001"
    static let second = "7f3ad3c8-0f0d-4b5c-9d6e-2c1f00000002"

    /// nvme0n1: a partition with an init, and one with /marked alone.
    static func disk() throws -> Disk {
      try Disk(
        "--gpt", "--disk-id", "7f3ad3c8-0f0d-4b5c-9d6e-2c1f000000ff",
        "from=\(try directory.get()),uuid=\(uuid),label=swroot,partuuid=\(partition),partlabel=Linux root",
        "size=4M,partuuid=\(second),partlabel=other,label=other,uuid=0e5c3a86-8b0f-4a43-a0d5-5f1e6d1c7b02")
    }
    private static let directory = Result { try Disk.directory(actAs: ["/sbin/init", "/act"]) }
    static func mbr() throws -> Disk {
      try Disk("--mbr", "--disk-id", "0x5eed1234", "size=4M", "from=\(try directory.get()),size=17M")
    }
    static func bare(_ spec: String) throws -> Disk { try Disk("\(spec),from=\(try directory.get())") }

    /// Boots and expects an init on that device, of that f_type.
    @discardableResult private func boot(
      _ line: String, on device: String? = "259:1", type: String = "0xef53", _ initramfs: Initramfs? = nil, disks: [Disk]? = nil,
      more: [String] = []
    ) throws -> Ended {
      let ended = try Machine.boot(
        initramfs ?? Initramfs(), line: line, kind: .pc, disks: disks ?? [Self.disk()], more: more)
      #expect(ended.says("@ end"), "\(ended)")
      #expect(ended.value("root")?.hasPrefix("type \(type) ") == true, "\(ended)")
      if let device { #expect(ended.value("root")?.contains("device \(device) ") == true, "\(ended)") }
      return ended
    }

    @Test(arguments: [
      "/dev/nvme0n1p1", "UUID=\(uuid)", "UUID=0E5C3A86-8B0F-4A43-A0D5-5F1E6D1C7B01", "LABEL=swroot", "PARTUUID=\(partition)",
      "PARTUUID=7F3AD3C8-0F0D-4B5C-9D6E-2C1F00000001", "PARTUUID=\(second)/PARTNROFF=-1", "\"PARTLABEL=Linux root\"",
      "PARTLABEL=\"Linux root\"", "259:1", "10301", "0x10301", "/dev/disk/by-label/swroot",
    ]) func form(_ root: String) throws { try boot("root=\(root)") }

    /// A partition on from the one that is named; it has no init.
    @Test func offset() throws {
      let ended = try Machine.boot(
        Initramfs(), line: "root=PARTUUID=\(Self.partition)/PARTNROFF=1", kind: .pc, disks: [Self.disk()])
      #expect(ended.says("No working init found."), "\(ended)")
    }

    @Test func mbrPartition() throws { try boot("root=PARTUUID=5eed1234-02", on: "259:2", disks: [Self.mbr()]) }

    /// The second disk, without a table; its number is the third here.
    @Test func bareDisk() throws {
      let bare = try Self.bare("uuid=0e5c3a86-8b0f-4a43-a0d5-5f1e6d1c7b03,label=bare")
      try boot("root=LABEL=bare", on: nil, disks: [Self.disk(), bare])
    }

    @Test func lastRootWins() throws { try boot("root=/dev/nope root=LABEL=swroot") }

    @Test(arguments: [("ro rw", true), ("rw ro", false)])
    func access(_ words: String, _ isWritable: Bool) throws {
      let ended = try boot("root=LABEL=swroot \(words)")
      #expect(ended.value("write") == (isWritable ? "yes" : "Read-only file system"), "\(ended)")
      let mount = ended.values("mount").first { $0.contains(" / / ") }
      #expect(mount?.contains(isWritable ? " / / rw" : " / / ro") == true, "\(ended)")
    }

    /// mount(8)'s words and the file system's own in one.
    @Test func flags() throws {
      let ended = try boot("root=LABEL=swroot rootflags=noatime,nodev,errors=continue,resuid=7 rw")
      let mount = ended.values("mount").first { $0.contains(" / / ") } ?? ""
      #expect(mount.contains("noatime") && mount.contains("nodev") && mount.contains("resuid=7"), "\(ended)")
    }

    @Test func wrongFlags() throws {
      let ended = try Machine.boot(Initramfs(), line: "root=LABEL=swroot rootflags=nosuch=1", kind: .pc, disks: [Self.disk()])
      #expect(ended.said.contains { $0.contains("mount") && $0.contains("nvme0n1p1") }, "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    /// A name that the kernel does not know is passed over.
    @Test(arguments: ["ext4", "nosuch,squashfs,vfat,ext4"]) func types(_ list: String) throws {
      try boot("root=LABEL=swroot rootfstype=\(list)")
    }

    @Test func wrongType() throws {
      let ended = try Machine.boot(Initramfs(), line: "root=/dev/nvme0n1p1 rootfstype=nosuch", kind: .pc, disks: [Self.disk()])
      #expect(ended.said.contains { $0.contains("nvme0n1p1") || $0.contains("nosuch") }, "\(ended)")
      #expect(!ended.says("@ end") && ended.exit == .code(0), "\(ended)")
    }

    /// File systems whose drivers are modules, with what those need.
    @Test(arguments: [
      ("type=xfs,size=320M,label=", "xfs", "0x58465342"), ("type=btrfs,size=128M,label=", "btrfs", "0x9123683e"),
      ("type=erofs,uuid=", "erofs", "0xe0f5e1e2"), ("type=squashfs", "squashfs", "0x73717368"),
    ])
    func otherFileSystem(_ spec: String, _ modules: String, _ type: String) throws {
      let root: String
      let disk: Disk
      switch spec.split(separator: ",").last {
      case "label=": (root, disk) = ("LABEL=rootfs", try Self.bare(spec + "rootfs"))
      case "uuid=": (root, disk) = ("UUID=\(Self.uuid)", try Self.bare(spec + Self.uuid))
      default: (root, disk) = ("/dev/nvme0n1", try Self.bare(spec))
      }
      // Not the device's number: btrfs has its own.
      try boot("root=\(root) swinit.modules=\(modules)", on: nil, type: type, Initramfs().modules(modules), disks: [disk])
    }

    /// The disk's driver is a module, found by what the bus says of it.
    @Test func driverByModalias() throws {
      let disk = try Self.disk()
      let ended = try boot(
        "root=LABEL=swroot", on: nil, Initramfs().modules("virtio_pci,virtio_blk"), disks: [],
        more: ["-drive", "if=none,id=v,format=raw,snapshot=on,file=\(disk.path)", "-device", "virtio-blk-pci,drive=v"])
      #expect(ended.values("module").contains { $0.hasPrefix("virtio_blk ") }, "\(ended)")
    }

    /// And by the list, for those with nothing in /sys to be found by.
    @Test func driverByName() throws {
      let ended = try boot(
        "root=LABEL=swroot swinit.modules=overlay,crc32c_generic", Initramfs().modules("overlay,crc32c_generic"))
      #expect(ended.values("module").contains { $0.hasPrefix("overlay ") }, "\(ended)")
    }

    @Test func missingModuleIsNamed() throws {
      let ended = try boot("root=LABEL=swroot swinit.modules=nosuch", Initramfs().modules("overlay"))
      #expect(ended.said.contains { $0.contains("nosuch") }, "\(ended)")
    }

    @Test(arguments: ["", "ro"]) func overlay(_ words: String) throws {
      let ended = try boot(
        "root=LABEL=swroot swinit.overlay swinit.modules=overlay \(words)", on: nil, type: "0x794c7630",
        Initramfs().modules("overlay"))
      #expect(ended.value("write") == "yes", "\(ended)")
    }

    @Test func overlayOverSquashfs() throws {
      let ended = try boot(
        "root=/dev/nvme0n1 swinit.overlay swinit.modules=overlay,squashfs", on: nil, type: "0x794c7630",
        Initramfs().modules("overlay,squashfs"), disks: [Self.bare("type=squashfs")])
      #expect(ended.value("write") == "yes", "\(ended)")
    }

    @Test func overlayWithoutItsModule() throws {
      let ended = try Machine.boot(Initramfs(), line: "root=LABEL=swroot swinit.overlay", kind: .pc, disks: [Self.disk()])
      #expect(ended.said.contains { $0.contains("overlay") }, "\(ended)")
      #expect(!ended.says("@ end") && ended.exit == .code(0), "\(ended)")
    }

    /// An empty one: there is nothing to go on with, and that is said.
    @Test func memory() throws {
      let ended = try Machine.boot(Initramfs(actAs: "/sbin/init"), line: "root=tmpfs")
      #expect(ended.says("No working init found.") || ended.value("root")?.hasPrefix("type 0x1021994 ") == true, "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    // MARK: - Switching

    @Test func nothingOfTheInitramfsIsLeft() throws {
      let ballast = Place.fresh("ballast")
      try Place.run(["sh", "-c", "head -c 33554432 /dev/zero >\(ballast)"])
      let initramfs = try Initramfs(actAs: "/deep/er/act").adding("--file", "/ballast=\(ballast)")
      let plain = try boot("root=LABEL=swroot")
      let ended = try boot("root=LABEL=swroot", initramfs)
      func kilobytes(_ ended: Ended, _ name: String) -> Int {
        let line = ended.values("memory").first { $0.hasPrefix("\(name):") } ?? ""
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? -1
      }
      for name in ["Unevictable", "Cached", "MemFree"] {
        let (with, without) = (kilobytes(ended, name), kilobytes(plain, name))
        #expect(abs(with - without) < 4096, "\(name): \(without) kB, with 32 MiB in the initramfs \(with) kB\n\(ended)")
      }
      // Its files and swinit's place for the root are gone, and the device nodes are not: they are on another mount.
      #expect(!ended.values("name").contains("ballast") && !ended.values("name").contains("sysroot"), "\(ended)")
      #expect(ended.values("dev").contains("nvme0n1p1") && ended.values("dev").contains("console"), "\(ended)")
    }

    @Test func mountsAreMoved() throws {
      let ended = try boot("root=LABEL=swroot")
      let mounts = ended.values("mount")
      for (path, type) in [("/dev", "devtmpfs"), ("/proc", "proc"), ("/sys", "sysfs")] {
        #expect(mounts.count { $0.contains(" / \(path) ") && $0.contains(" - \(type) ") } == 1, "\(type) on \(path): \(ended)")
      }
      #expect(mounts.count { $0.contains(" / / ") } == 1, "\(ended)")
      #expect(!mounts.contains { $0.contains("sysroot") || $0.contains("overlay") }, "\(ended)")
    }

    /// As the kernel would have started it: nothing of swinit's open, its words and variables.
    @Test func stateInTheRoot() throws {
      let ended = try boot("root=LABEL=swroot word A=b -- last x=y")
      #expect(ended.values("argv") == ["[/sbin/init]", "[word]", "[last]", "[x=y]"], "\(ended)")
      #expect(ended.values("env") == ["[HOME=/]", "[TERM=linux]", "[A=b]"], "\(ended)")
      #expect(ended.values("fd").count == 3, "\(ended)")
      #expect(ended.values("fd").allSatisfy { $0.contains(" /dev/console ") && $0.contains("cloexec 0") }, "\(ended)")
      for name in ["SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd"] {
        #expect(ended.values("status").contains("\(name):\t0000000000000000"), "\(name): \(ended)")
      }
      #expect(ended.value("cwd") == "/", "\(ended)")
      #expect(ended.value("ids") == "pid 1 ppid 0 leader 0 group-leader 0 uid 0 gid 0", "\(ended)")
    }

    @Test func testRunInTheRoot() throws {
      let ended = try Machine.boot(
        Initramfs(), line: "root=LABEL=swroot swinit.token=t swinit.run=\"/act exit 21\"", kind: .pc, disks: [Self.disk()])
      #expect(ended.reports == [Report("t", 21)], "\(ended)")
    }

    /// What its init has written is there at the next boot: the root is unmounted or synced before the end.
    @Test func writtenDataIsKept() throws {
      let disk = Disk(path: Place.fresh("kept"))
      try Place.run(["cp", try Self.disk().path, disk.path])
      let more = ["-drive", "if=none,id=k,format=raw,file=\(disk.path)", "-device", "nvme,serial=k,drive=k"]
      let first = try Machine.boot(
        Initramfs(), line: "root=LABEL=swroot rw swinit.run=\"/act write /kept something\"", kind: .pc, more: more)
      #expect(first.reports == [Report("-", 0)], "\(first)")
      let then = try Machine.boot(Initramfs(), line: "root=LABEL=swroot ro swinit.run=\"/act read /kept\"", kind: .pc, more: more)
      #expect(then.value("text") == "something", "\(then)")
    }

    // MARK: - Failures

    /// Each names what was asked for, and what there is.
    @Test(arguments: [
      "UUID=0e5c3a86-0000-0000-0000-000000000000", "LABEL=nope", "PARTLABEL=nope", "/dev/sda1",
    ]) func nothingThere(_ root: String) throws {
      let ended = try Machine.boot(Initramfs(), line: "root=\(root) swinit.wait=300ms", kind: .pc, disks: [Self.disk()])
      #expect(ended.says(root), "\(ended)")
      for word in ["nvme0n1p1", "nvme0n1p2", "ext4", "swroot"] {
        #expect(ended.said.contains { $0.contains(word) }, "\(word): \(ended)")
      }
      #expect(ended.exit == .code(0), "\(ended)")
    }

    @Test(arguments: ["rootwait=1", "swinit.wait=100ms"]) func noDisk(_ words: String) throws {
      let ended = try Machine.boot(Initramfs(), line: "root=LABEL=nope \(words)")
      #expect(ended.says("LABEL=nope"), "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    @Test(arguments: ["nonsense", "UUID=", "PARTUUID=x/PARTNROFF=y", "/dev/", "/dev/nfs", "MAJ:MIN"]) func notUnderstood(
      _ root: String
    )
      throws
    {
      // At once: no device would make it better.
      let ended = try Machine.boot(Initramfs(), line: "root=\(root)")
      #expect(ended.said.contains { $0.contains(root) }, "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    /// The magic number is right, and all behind it is not.
    @Test func corruptSuperblock() throws {
      let good = try Self.bare("label=bare")
      let noise = (0..<48).map { UInt8(($0 * 37 + 11) & 0xFF) }
      let ended = try Machine.boot(
        Initramfs(), line: "root=/dev/nvme0n1", kind: .pc, disks: [good.damaged(at: 1024, with: noise)])
      #expect(ended.said.contains { $0.contains("nvme0n1") && $0.contains("mount") }, "\(ended)")
      #expect(!ended.says("@ end") && ended.exit == .code(0), "\(ended)")
    }

    @Test func nothingOnTheDisk() throws {
      let ended = try Machine.boot(Initramfs(), line: "root=/dev/nvme0n1", kind: .pc, disks: [Disk("type=none,size=4M")])
      #expect(ended.said.contains { $0.contains("nvme0n1") }, "\(ended)")
      #expect(!ended.says("@ end") && ended.exit == .code(0), "\(ended)")
    }

    /// The kernel has no partitions then, and so has nobody.
    @Test func corruptTable() throws {
      let ended = try Machine.boot(
        Initramfs(), line: "root=PARTUUID=\(Self.partition) swinit.wait=300ms", kind: .pc,
        disks: [
          // The header and its copy, which is the last sector.
          Self.disk().damaged(at: 512, with: [UInt8](repeating: 0x55, count: 512))
            .damaged(at: 22 * 1024 * 1024 - 512, with: [UInt8](repeating: 0x55, count: 512))
        ])
      #expect(ended.says("PARTUUID=\(Self.partition)"), "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    @Test func rootWithoutPlaces() throws {
      let empty = Place.fresh("empty")
      try Place.run(["sh", "-c", "mkdir -p \(empty)/sbin && cp \(try Place.act.get()) \(empty)/sbin/init"])
      let disk = try Disk("label=bare,from=\(empty)")
      // No /dev, /proc, /sys to move to, and none can be made.
      let ended = try boot("root=LABEL=bare ro", on: nil, disks: [disk])
      #expect(ended.values("argv") == ["[/sbin/init]"], "\(ended)")
    }

    @Test func rootWhoseInitIsALoop() throws {
      let directory = try Disk.directory(actAs: [], links: [("/sbin/init", "loop"), ("/sbin/loop", "init")])
      let ended = try Machine.boot(
        Initramfs(), line: "root=LABEL=bare", kind: .pc, disks: [Disk("label=bare,from=\(directory)")])
      #expect(ended.says("Starting init: /sbin/init exists but couldn't execute it (error -40)"), "\(ended)")
      #expect(ended.says("No working init found."), "\(ended)")
    }

    /// The kernel's words for an init that the root does not have.
    @Test func requestedInitOfTheRoot() throws {
      let ended = try Machine.boot(Initramfs(), line: "root=LABEL=swroot init=/nope", kind: .pc, disks: [Self.disk()])
      #expect(ended.says("Requested init /nope failed (error -2)."), "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    /// The shell is in the root already; leaving it tries the rest again, not the root.
    @Test func shellInTheRoot() throws {
      let directory = try Disk.directory(
        actAs: ["/act"], links: [("/bin/sh", "busybox")], files: [("/bin/busybox", "/usr/bin/busybox")])
      let machine = try Machine(
        Initramfs(), line: "root=LABEL=shell rw init=/mended", kind: .pc, panic: nil,
        disks: [Disk("label=shell,from=\(directory)")])
      try machine.text("Requested init /mended failed (error -2).")
      try machine.text("# ")
      machine.type("/bin/busybox ln -s act /mended; exit\n")
      let ended = try machine.finish()
      #expect(ended.values("argv") == ["[/mended]"], "\(ended)")
      #expect(ended.values("mount").count { $0.contains(" / / ") } == 1, "\(ended)")
      #expect(ended.values("mount").count { $0.contains("nvme0n1") || $0.contains("/dev/root") } == 1, "\(ended)")
      #expect(!ended.values("name").contains("sysroot"), "\(ended)")
    }

    // MARK: - Waiting

    /// A disk that is plugged in after a while.
    @Test(arguments: ["rootwait", ""]) func diskThatComesLate(_ words: String) throws {
      let disk = try Self.disk()
      let machine = try Machine(
        Initramfs(), line: "root=LABEL=swroot \(words)", kind: .pc, monitor: true,
        more: [
          "-device", "pcie-root-port,id=socket0,chassis=1,slot=1", "-drive",
          "if=none,id=late,format=raw,snapshot=on,file=\(disk.path)",
        ])
      // swinit is there and says that it waits.
      try machine.text("swinit: ")
      try machine.command("device_add nvme,serial=late,drive=late,bus=socket0")
      let ended = try machine.finish()
      #expect(ended.value("root")?.hasPrefix("type 0xef53 ") == true, "\(ended)")
    }

    @Test func delay() throws { try boot("root=LABEL=swroot rootdelay=1") }
  }
}
