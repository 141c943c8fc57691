import Glibc
import Testing

extension Machines {
  /// swinit by the names that end machines, where no system init is needed: as the command of a test machine.
  @Suite struct PowerTests {
    private func initramfs() throws -> Initramfs {
      try ["reboot", "poweroff", "halt", "shutdown"].reduce(Initramfs().adding("--busybox", "--directory", "/mnt")) {
        $0.adding("--file", "/sbin/\($1)=\(Place.swinit)")
      }
    }

    /// reboot(2) at once: the command's own end, and so its report, never come.
    @Test(arguments: [("reboot -ff", "Restarting system"), ("poweroff -ff", "Power down"), ("halt -ffp", "Power down")])
    func direct(_ command: String, _ said: String) throws {
      let ended = try Machine.boot(initramfs(), line: "loglevel=6 -- /sbin/\(command)", kind: .pc)
      #expect(ended.says("reboot: \(said)"), "\(ended)")
      #expect(ended.exit == .code(0) && ended.reports == [], "\(ended)")
    }

    /// The machine stands still, and stays.
    @Test func halt() throws {
      let machine = try Machine(initramfs(), line: "loglevel=6 -- /sbin/halt -ff", kind: .pc)
      try machine.text("reboot: System halted")
      #expect(machine.leave().reports == [])
    }

    /// A machine's PID 1 that nobody knows is left alone.
    @Test(arguments: ["reboot", "poweroff -f", "shutdown now"]) func unknownInit(_ command: String) throws {
      let script = "#!/bin/sh\nmkdir /proc\nmount -t proc proc /proc\n/sbin/\(command)\necho code-$?\n/sbin/reboot -ff\n"
      let ended = try Machine.boot(initramfs().file("/first", script, mode: 0o755), line: "rdinit=/first")
      #expect(ended.says("PID 1 is 'first', and how to ask it is not known"), "\(ended)")
      #expect(ended.says("code-1\n"), "\(ended)")
    }

    /// Who asks a test machine for its end asks its command: in order, or by force.
    @Test(arguments: [("reboot", SIGTERM), ("poweroff", SIGTERM), ("halt -f", SIGKILL)])
    func testMachine(_ command: String, _ signal: Int32) throws {
      let ended = try Machine.boot(initramfs(), line: "-- /bin/sh -c \"/sbin/\(command); sleep 1000\"")
      #expect(ended.reports.map(\.code) == [Int(128 + signal)], "\(ended)")
    }

    /// Without /proc the kernel's own PID 2 tells a machine from a container. This PID 1 gives the signal to its command.
    @Test(arguments: [("poweroff", SIGUSR2), ("halt", SIGUSR1), ("reboot", SIGTERM)])
    func withoutProc(_ name: String, _ signal: Int32) throws {
      let ended = try Machine.boot(initramfs(), line: "-- /bin/sh -c \"umount -l /proc; /sbin/\(name); sleep 1000\"")
      #expect(ended.reports.map(\.code) == [Int(128 + signal)], "\(ended)")
    }

    /// What was written before is on the disk after it.
    @Test func directEndLosesNothing() throws {
      let kept = Place.fresh("kept")
      try Place.run(["cp", try Disk("size=8M,label=kept").path, kept])
      let script = "mount -t ext4 /dev/nvme0n1 /mnt && echo kept >/mnt/kept && /sbin/poweroff -ff"
      let ended = try Machine.boot(
        initramfs(), line: "loglevel=6 -- /bin/sh -c \"\(script)\"", kind: .pc,
        more: ["-drive", "if=none,id=k,format=raw,file=\(kept)", "-device", "nvme,serial=k,drive=k"])
      #expect(ended.says("reboot: Power down"), "\(ended)")
      let bytes = try Place.run([
        "sh", "-c", "PATH=$PATH:/sbin:/usr/sbin; e2fsck -y -f \(kept) >&2; debugfs -R 'cat /kept' \(kept)",
      ])
      #expect(bytes.contains("kept\n"), "\(bytes)")
    }

    /// hh:mm is what clocks show, also when they are set; the console is told.
    @Test func clockIsSet() throws {
      let script = """
        busybox date -s '2030-01-02 11:40:00'; /sbin/shutdown -k -r 12:00 lunch & waiting=$!; \
        read x; busybox date -s '2030-01-01 11:57:30'; \
        read x; busybox date -s '2030-01-01 12:00:01'; wait $waiting; echo waited $?
        """
      let machine = try Machine(initramfs(), line: "-- /bin/sh -c \"\(script)\"")
      try machine.text("lunch")
      try machine.text("The system is going down for reboot at 12:00, in 20 minutes!")
      machine.type("\n")
      try machine.text("The system is going down for reboot at 12:00, in 3 minutes!")
      machine.type("\n")
      try machine.text("The system is going down for reboot NOW!")
      try machine.text("waited 0")
      let ended = try machine.finish()
      #expect(ended.reports.map(\.code) == [0], "\(ended)")
    }
  }
}
