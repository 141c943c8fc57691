/// A machine that an init keeps running, and how it is asked for a power-off.
struct System: Named {
  enum Form: String, CaseIterable {
    /// The init of a root on a disk, asked by its signal.
    case system
    /// A test machine whose command ends.
    case command

    var title: String {
      switch self {
      case .system: "idle system"
      case .command: "idle test machine"
      }
    }
  }

  let subject: String
  let form: Form
  let setup: Setup

  var name: String { setup.name }
}

/// Makes the disks.
struct Systems {
  let workshop: Workshop
  let payload: Payload

  /// SIGUSR2 turns busybox off, and swinit; SIGRTMIN+4 systemd.
  private static let userSignal = 12
  private static let powerOffSignal = 38

  /// Throws where not even swinit's can be made. What lacks its program on this machine is left out and named by `note`.
  func all(_ note: (String) -> Void) throws(BenchError) -> [System] {
    var systems = try own()
    for (name, make) in [(Subject.busybox, busybox), (Subject.systemd, systemd)] {
      do throws(BenchError) { systems.append(try make()) } catch { note("\(name) is missing; going on without it: \(error)") }
    }
    return systems
  }

  private static let line = "root=/dev/nvme0n1 rw"

  private func own() throws(BenchError) -> [System] {
    let direct = try workshop.disk("rest-direct", [("/sbin/init", payload.path)])
    // A step of the last level, which starts the payload and goes on.
    let hook = try workshop.file("rest-hook", "#!/bin/busybox sh\n/payload \(Systems.userSignal) &\n")
    var files = [(path: "/sbin/init", source: workshop.swinit), ("/payload", payload.path)]
    files.append((path: "/etc/swinit/initcalls.d/late/payload", source: hook))
    if let busybox = Files.search("busybox") { files.append((path: "/bin/busybox", source: busybox)) }
    let disk = try workshop.disk("rest-swinit", files)
    let archive = try workshop.archive("rest-command", ["--init", workshop.swinit, "--file", "/payload=\(payload.path)"])
    let bare = try workshop.archive("rest-direct", ["--init", payload.path])
    return [
      System(subject: Subject.direct, form: .system, setup: Setup(name: "direct", disk: direct, line: Systems.line)),
      System(subject: Subject.direct, form: .command, setup: Setup(name: "direct, command", initramfs: bare)),
      System(subject: Subject.swinit, form: .system, setup: Setup(name: "swinit", disk: disk, line: Systems.line)),
      System(
        subject: Subject.swinit, form: .command,
        setup: Setup(name: "swinit, command", initramfs: archive, line: "-- /payload")),
    ]
  }

  private func busybox() throws(BenchError) -> System {
    guard let program = Files.search("busybox") else { throw .unavailable(reason: "busybox is not installed") }
    let lines = Mounts.commands(.early).map { "::sysinit:/bin/busybox \($0)\n" }.joined()
    let table = try workshop.file("rest-inittab", lines + "::once:/payload \(Systems.userSignal)\n")
    let disk = try workshop.disk(
      "rest-busybox",
      [("/sbin/init", program), ("/bin/busybox", program), ("/etc/inittab", table), ("/payload", payload.path)])
    return System(
      subject: Subject.busybox, form: .system, setup: Setup(name: "busybox", disk: disk, line: Systems.line))
  }

  private func systemd() throws(BenchError) -> System {
    let unit = try workshop.file(
      "rest.service", "[Unit]\nWants=basic.target\n[Service]\nExecStart=/payload \(Systems.powerOffSignal)\n")
    let disk = try SystemdRoot(workshop).disk(
      "rest-systemd", [("/payload", payload.path), ("/usr/lib/systemd/system/payload.service", unit)])
    return System(
      subject: Subject.systemd, form: .system,
      setup: Setup(name: "systemd", disk: disk, line: SystemdRoot.line + "systemd.unit=payload.service"))
  }
}
