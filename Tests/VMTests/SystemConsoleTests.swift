import Testing

extension Machines {
  /// What comes on which console.
  @Suite struct SystemConsoleTests {
    /// Each login shell says on the first port where it is.
    private func disk() throws -> Disk {
      try Disk.system([("/etc/profile", "echo shell-on-$(tty)-$TERM-$USER >/dev/ttyS0\n")])
    }

    /// Waits for two of them, in any order.
    private func expect(_ names: String..., on machine: Machine) throws {
      let lines = [try machine.text("-root"), try machine.text("-root")]
      for name in names { #expect(lines.contains { $0.contains("shell-on-\(name)-root") }, "\(lines)") }
      // For a prompt behind these.
      machine.type("\n")
    }

    /// The kernel's: one of each kind, as Linux has it.
    @Test func kernelsConsoles() throws {
      let machine = try Machine.system(disk(), "rw console=tty0")
      try expect("/dev/tty1-linux", "/dev/ttyS0-vt220", on: machine)
      try machine.command(line: "/sbin/poweroff")
      #expect(try machine.finish().exit == .code(0))
    }

    /// Both ports, in the place of the kernel's list. What is not there is named.
    @Test func byOption() throws {
      let machine = try Machine.system(disk(), "rw swinit.console=ttyS1,/dev/nope,ttyS0", secondPort: true)
      try machine.text("swinit: warning: there is no console /dev/nope")
      try expect("/dev/ttyS0-vt220", "/dev/ttyS1-vt220", on: machine)
      try machine.command(line: "/sbin/poweroff")
      let ended = try machine.finish()
      #expect(ended.second.contains("# "), "\(ended)")
    }

    /// A system without anybody: it runs, and its keyboard ends it.
    @Test func none() throws {
      let hook = "#!/bin/sh\n(until /act read /run/swinit/system_state | /bin/busybox grep RUNNING; do :; done) &\n"
      let machine = try Machine.system(
        Disk.system(scripts: [("/etc/swinit/initcalls.d/late/tells", hook)]), "rw swinit.login=none", monitor: true)
      try machine.text("@ text SYSTEM_RUNNING")
      try machine.command("sendkey ctrl-alt-delete")
      let ended = try machine.finish()
      #expect(!ended.says("# ") && ended.says("reboot: Restarting system"), "\(ended)")
    }

    /// With a getty and a login(1) somebody has to say who they are; swinit.login=shell goes without.
    @Test func getty() throws {
      let disk = try Disk.system(
        [("/etc/passwd", "root::0:0:root:/:/bin/sh\n"), ("/etc/group", "root:x:0:\n"), ("/etc/hostname", "gettybox\n")],
        links: [("/sbin/getty", "../bin/busybox"), ("/bin/login", "busybox")])
      let machine = try Machine.system(disk)
      try machine.text("gettybox login: ")
      machine.type("root\n")
      try machine.command(line: "/act state; exit")
      // Respawned, and asked again.
      try machine.text("@ tty own 1 session 1 foreground 1")
      try machine.text("gettybox login: ")
      _ = machine.leave()
      let open = try Machine.system(disk, "rw swinit.login=shell")
      try open.command(line: "echo who-$USER; /sbin/poweroff -f")
      let ended = try open.finish()
      #expect(ended.says("who-root") && !ended.says("login: "), "\(ended)")
    }
  }
}
