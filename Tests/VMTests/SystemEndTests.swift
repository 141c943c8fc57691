import Testing

extension Machines {
  /// The ends of a system: in order, by force, in a hurry; and a fault of PID 1, which is none.
  @Suite struct SystemEndTests {
    private func stubborn(_ machine: Machine, then line: String) throws {
      try machine.command(line: "/act stubborn &")
      try machine.text("@ sleeps")
      machine.type("\(line)\n")
    }

    /// Without waiting for processes, and with file systems that are clean.
    @Test(arguments: ["kill -48 1", "/sbin/poweroff -f"]) func forced(_ command: String) throws {
      let disk = try KeptDisk(Disk.system())
      let machine = try Machine.system(disk.first, "rw swinit.grace=10m")
      try stubborn(machine, then: "echo kept >/kept; \(command)")
      let ended = try machine.finish()
      #expect(ended.says("reboot: Power down") && ended.exit == .code(0), "\(ended)")
      try disk.check()
    }

    /// Ctrl-Alt-Del twice within two seconds is reboot(2), whoever is waited for.
    @Test func inAHurry() throws {
      let machine = try Machine.system(Disk.system(), "rw swinit.grace=60s")
      try machine.command(line: "/act hurry &")
      let ended = try machine.finish()
      #expect(ended.says("swinit: restarting the system") && ended.says("reboot: Restarting system"), "\(ended)")
    }

    @Test func halt() throws {
      let machine = try Machine.system(Disk.system())
      try machine.command(line: "/sbin/halt")
      try machine.text("swinit: halting the system")
      try machine.text("reboot: System halted")
      _ = machine.leave()
    }

    /// The shell does not notice; it is still PID 1's child, and comes again when it ends.
    @Test func faultOfInit() throws {
      let machine = try Machine.system(Disk.system())
      try machine.command(line: "mark=$$; /act crash-init")
      try machine.text("swinit: panic: SIGSEGV")
      try machine.text("swinit: executed again after the fault; the system goes on")
      machine.type("echo same-$((mark == $$))-$(/act read /run/swinit/system_state); exit\n")
      try machine.text("same-1-@ text SYSTEM_RUNNING")
      // What is started from here on has the kernel's signal mask: the end is heard.
      try machine.command(line: "echo other-$((mark == $$)); /act state; /sbin/poweroff")
      try machine.text("other-0")
      let ended = try machine.finish()
      #expect(ended.values("status").contains("SigBlk:\t0000000000000000"), "\(ended)")
      #expect(!ended.says("swinit: waiting for"), "\(ended)")
      #expect(ended.says("reboot: Power down") && ended.exit == .code(0), "\(ended)")
    }

    /// The fourth within a minute: somebody has to look, or panic= says what to do.
    @Test(arguments: [nil, -1]) func fourFaults(_ panic: Int?) throws {
      let machine = try Machine.system(Disk.system(), panic: panic, monitor: true)
      try machine.command(line: "echo begins-$((1+1))")
      try machine.text("begins-2")
      for _ in 1...3 {
        machine.type("/act crash-init\n")
        try machine.text("swinit: executed again after the fault; the system goes on")
      }
      machine.type("/act crash-init\n")
      if panic == nil {
        try machine.text("swinit: panic: PID 1 only reaps from here on; what runs goes on; Ctrl-Alt-Del restarts")
        machine.type("echo alive-$((6*7))\n")
        try machine.text("alive-42")
        // The kernel's own restart.
        try machine.command("sendkey ctrl-alt-delete")
      } else {
        try machine.text("swinit: panic=-1: restarting")
      }
      #expect(try machine.finish().exit == .code(0))
    }
  }
}
