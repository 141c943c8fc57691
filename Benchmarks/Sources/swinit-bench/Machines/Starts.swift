/// The ways of an init to its payload that are measured.
enum Way: String, CaseIterable {
  /// The early mounts, and the payload is executed in the init's place.
  case inPlace
  /// All that a command in a test machine expects, and the payload is a process of its own, in a session on the console.
  case command
  /// The early mounts, a root on a disk, and the payload as the init that is there.
  case newRoot
  /// The same, on a disk that comes when the init has been waiting for it.
  case lateRoot
}

/// An init, and how it comes to the payload.
struct Start: Named {
  let subject: String
  /// The rows that it is in: some have one way only.
  let ways: [Way]
  let setup: Setup

  var name: String { setup.name }
}

/// Makes what is needed for each start.
struct Starts {
  let workshop: Workshop
  let payload: Payload
  let least: Payload

  /// Roots with the payload as their init: one is the whole disk, one its first partition, which the kernel names when it finds it.
  private struct Disks {
    let bare: String
    let partition: String
  }

  /// Throws where not even swinit's can be made. What lacks its program on this machine is left out and named by `note`.
  func all(_ note: (String) -> Void) throws(BenchError) -> [Start] {
    let disks = Disks(
      bare: try workshop.disk("root", [("/sbin/init", payload.path)]),
      partition: try workshop.disk("partition", [("/sbin/init", payload.path)], .gpt))
    var starts = try own(disks)
    for (name, make) in [(Subject.busybox, busybox), (Subject.shell, shell), (Subject.systemd, systemd)] {
      do throws(BenchError) { starts += try make(disks) } catch { note("\(name) is missing; going on without it: \(error)") }
    }
    return starts
  }

  private func own(_ disks: Disks) throws(BenchError) -> [Start] {
    let bare = try workshop.archive("direct", ["--init", payload.path])
    let small = try workshop.archive("least", ["--init", least.path, "--file", "/payload=\(payload.path)"])
    let archive = try workshop.archive("swinit", ["--init", workshop.swinit, "--file", "/payload=\(payload.path)"])
    return [
      Start(subject: Subject.direct, ways: [.inPlace, .command, .newRoot], setup: Setup(name: "direct", initramfs: bare)),
      Start(subject: Subject.least, ways: [.inPlace], setup: Setup(name: "least", initramfs: small)),
      Start(
        subject: Subject.swinit, ways: [.inPlace], setup: Setup(name: "swinit", initramfs: archive, line: "init=/payload")),
      Start(
        subject: Subject.swinit, ways: [.command], setup: Setup(name: "swinit, command", initramfs: archive, line: "-- /payload")),
      Start(
        subject: Subject.swinit, ways: [.newRoot],
        setup: Setup(name: "swinit, root", initramfs: archive, disk: disks.bare, line: "root=/dev/nvme0n1 ro")),
      Start(
        subject: Subject.swinit, ways: [.lateRoot],
        setup: Setup(
          name: "swinit, late root", initramfs: archive, disk: disks.partition, arrival: .late, line: "root=/dev/nvme0n1p1 ro")),
    ]
  }

  /// Busybox init does not hand over to another one: it has no third way.
  private func busybox(_ disks: Disks) throws(BenchError) -> [Start] {
    var starts: [Start] = []
    for (way, mounts, terminal) in [(Way.inPlace, Mounts.Extent.early, ""), (.command, .command, "ttyS0")] {
      let lines = Mounts.commands(mounts).map { "::sysinit:\($0)\n" }.joined() + "\(terminal)::once:/payload\n"
      let table = try workshop.file("inittab-\(way.rawValue)", lines)
      let name = way == .inPlace ? "busybox" : "busybox, command"
      let archive = try workshop.archive(
        "busybox-\(way.rawValue)", ["--init", "none", "--link", "/init=bin/busybox", "--file", "/etc/inittab=\(table)"] + shared)
      starts.append(Start(subject: Subject.busybox, ways: [way], setup: Setup(name: name, initramfs: archive)))
    }
    return starts
  }

  private func shell(_ disks: Disks) throws(BenchError) -> [Start] {
    let console = "exec 0<>/dev/console 1>&0 2>&0\n"
    let move = ["dev", "proc", "sys"].map { "mount -o move /\($0) /sysroot/\($0)\n" }.joined()
    let enter = "mount -t ext4 -o ro \"$root\" /sysroot\n\(move)exec switch_root /sysroot /sbin/init\n"
    // As scripts of initramfs do: there is nothing in a shell that hears of a device.
    let wait = "while [ ! -b \"$root\" ]; do sleep 0.1; done\n"
    let scripts: [(way: Way, name: String, mounts: Mounts.Extent, end: String)] = [
      (.inPlace, "shell", .early, console + "exec /payload\n"),
      (.command, "shell, command", .command, console + "setsid -c sh -c 'exec /payload' 0<>/dev/ttyS0 1>&0 2>&0 &\nwait\n"),
      (.newRoot, "shell, root", .early, console + "root=/dev/nvme0n1\n" + enter),
      (.lateRoot, "shell, late root", .early, console + "root=/dev/nvme0n1p1\n" + wait + enter),
    ]
    var starts: [Start] = []
    for script in scripts {
      let lines = Mounts.commands(script.mounts).map { $0 + "\n" }.joined()
      let file = try workshop.file("shell-\(script.way.rawValue)", "#!/bin/sh\n" + lines + script.end)
      let archive = try workshop.archive("shell-\(script.way.rawValue)", ["--init", file] + shared)
      var setup = Setup(name: script.name, initramfs: archive)
      if script.way == .newRoot { setup.disk = disks.bare }
      if script.way == .lateRoot { (setup.disk, setup.arrival) = (disks.partition, .late) }
      starts.append(Start(subject: Subject.shell, ways: [script.way], setup: setup))
    }
    return starts
  }

  /// The earliest point that systemd has: the payload is all that it is asked to start, and waits for nothing. It has mounted more than the
  /// others by then.
  private func systemd(_ disks: Disks) throws(BenchError) -> [Start] {
    let unit = try workshop.file(
      "payload.service", "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/payload\n")
    let disk = try SystemdRoot(workshop).disk(
      "systemd", [("/payload", payload.path), ("/usr/lib/systemd/system/payload.service", unit)])
    let setup = Setup(name: "systemd", disk: disk, line: SystemdRoot.line + "systemd.unit=payload.service")
    return [Start(subject: Subject.systemd, ways: [.inPlace, .command, .newRoot], setup: setup)]
  }

  /// Busybox with its links, and the payload.
  private var shared: [String] {
    let links = ["switch_root", "setsid", "ln", "ifconfig"].flatMap { ["--link", "/bin/\($0)=busybox"] }
    return ["--busybox"] + links + Mounts.directories.flatMap { ["--directory", $0] } + ["--file", "/payload=\(payload.path)"]
  }
}

/// A disk with Debian's systemd as its init.
struct SystemdRoot {
  /// Without what it says on the console, which is slow.
  static let line = "root=/dev/nvme0n1 rw systemd.show_status=0 "

  private let workshop: Workshop

  init(_ workshop: Workshop) { self.workshop = workshop }

  func disk(_ name: String, _ files: [(path: String, source: String)]) throws(BenchError) -> String {
    guard Files.absolute("/lib/systemd/systemd") != nil else { throw .unavailable(reason: "systemd is not installed") }
    let tree = "\(workshop.directory)/\(name).tree"
    try workshop.run("systemd-tree", [tree])
    return try workshop.disk(name, tree: tree, files, size: "96M")
  }
}
