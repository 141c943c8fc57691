import Testing

extension Machines {
  /// do_initcalls(): the kernel's text, hooks that fail and that hang, and the state that can be asked for meanwhile.
  @Suite struct SystemInitcallTests {
    private static let state = "/act read /run/swinit/system_state"
    private static let hooks = "/etc/swinit/initcalls.d"

    /// Two blanks behind `calling`, as init/main.c has them; a number of microseconds; the level's own calls before its hooks.
    @Test func textIsTheKernels() throws {
      let disk = try Disk.system(
        [("\(Self.hooks)/fs/20-plain", "#!/bin/sh\n"), ("\(Self.hooks)/fs/30-copy~", "")],
        scripts: [("\(Self.hooks)/fs/10-fails", "#!/bin/sh\nexit 3\n"), ("\(Self.hooks)/pure/hook", "#!/bin/sh\n")])
      let machine = try Machine.system(disk, "rw initcall_debug initcall_blacklist=clock,sysctl")
      try machine.command(line: "\(Self.state); /sbin/poweroff")
      let ended = try machine.finish()
      let calls = ended.said.compactMap { try? /^swinit: calling  (\S+) @ 1$/.wholeMatch(in: $0)?.output.1 }.map(String.init)
      let returns = ended.said.compactMap { line -> String? in
        let form = /^swinit: initcall (\S+) returned (-?\d+) after \d+ usecs$/
        guard let match = try? form.wholeMatch(in: line) else { return nil }
        return match.output.2 == "0" ? String(match.output.1) : "\(match.output.1)=\(match.output.2)"
      }
      #expect(
        calls == [
          "ctrl_alt_del", "hook", "mount_run", "mount_cgroup2", "mount_devpts", "mount_shm", "dev_links", "run_directories",
          "hostname", "loopback", "modules_load", "device_modules", "remount_root", "mount_fstab", "mount_tmp", "swap_on",
          "10-fails", "20-plain", "machine_id", "random_seed",
        ], "\(ended)")
      // What fails is told of with its code, and nothing ends by it.
      let codes = ["10-fails": "10-fails=3", "20-plain": "20-plain=-13"]
      #expect(returns == calls.map { codes[$0] ?? $0 }, "\(ended)")
      #expect(ended.said.contains { $0.contains("10-fails failed (code 3)") }, "\(ended)")
      #expect(ended.said.contains { $0.contains("20-plain") && $0.contains("warning") }, "\(ended)")
      #expect(ended.lines.filter { $0.contains(" blacklisted") }.count == 2, "\(ended)")
      #expect(ended.values("text").last == "SYSTEM_RUNNING", "\(ended)")
    }

    /// The kernel's names for how far the system is: in a hook, on a console, at the end.
    @Test func systemState() throws {
      // Its descriptors of the terminal are dead when it hears of the end: the console is opened again.
      let script = """
        #!/bin/sh
        trap '' HUP
        trap 'trap "" TERM; exec >/dev/console; echo; \(Self.state); exit' TERM
        echo up-2
        while :; do sleep 1; done

        """
      let disk = try Disk.system(scripts: [("\(Self.hooks)/late/state", "#!/bin/sh\n\(Self.state)\n"), ("/tells", script)])
      let machine = try Machine.system(disk)
      try machine.command(line: "\(Self.state); /tells &")
      try machine.text("up-2")
      machine.type("kill -USR2 1\n")
      let ended = try machine.finish()
      #expect(ended.values("text") == ["SYSTEM_SCHEDULING", "SYSTEM_RUNNING", "SYSTEM_POWER_OFF"], "\(ended)")
    }

    /// The keys of a real keyboard end a boot that does not go on.
    @Test func hookThatHangs() throws {
      let disk = try Disk.system(
        scripts: [("\(Self.hooks)/device/hangs", "#!/bin/sh\necho hook-$SWINIT_LEVEL\nexec sleep 3600\n")])
      let machine = try Machine.system(disk, monitor: true)
      try machine.text("hook-device")
      try machine.text("swinit: waiting for the initcall \(Self.hooks)/device/hangs (")
      try machine.command("sendkey ctrl-alt-delete")
      let ended = try machine.finish()
      #expect(ended.said.contains("swinit: restarting the system"), "\(ended)")
      #expect(ended.says("reboot: Restarting system") && !ended.says("# "), "\(ended)")
    }
  }
}
