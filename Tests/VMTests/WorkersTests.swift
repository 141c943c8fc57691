import Testing

extension Machines {
  /// The workers of a system: kthreadd behind the initcalls, consoles beside it, and an end that begins with them.
  @Suite struct WorkersTests {
    /// A worker that says when it is there, and by which signal it was asked to end.
    private static func worker(_ name: String, _ lines: String = "", unit: String = "") -> (String, String) {
      ("/etc/swinit/workers.d/\(name).service", "[Unit]\n\(unit)\n[Service]\nExecStart=/bin/speaker \(name)\n\(lines)\n")
    }

    /// `speaker NAME` is such a worker; `supervisor` prints the number of kthreadd, the one whose parent is PID 1: the kernel's own has
    /// none; `snapshot FILE` notes the workers, their states and numbers.
    private static let scripts = [
      (
        "/bin/speaker",
        """
        #!/bin/sh
        for s in TERM USR1; do trap "echo $1 ends by $s at \\$(cat /run/swinit/system_state); exit 0" $s; done
        echo $1 is up
        while :; do sleep 1000 & wait; done
        """
      ),
      (
        "/bin/supervisor",
        """
        #!/bin/sh
        ps -o pid,ppid,comm | while read p q c; do [ "$q $c" != "1 kthreadd" ] || echo $p; done
        """
      ),
      ("/bin/snapshot", "#!/bin/sh\nswctl list | while read n s p r x; do echo $n $s $p $r; done >$1\n"),
    ]

    private static let links = [
      ("/bin/swctl", "../sbin/init"), ("/bin/cmp", "busybox"), ("/bin/wc", "busybox"), ("/bin/echo", "busybox"),
      ("/bin/mkfifo", "busybox"),
    ]

    private func system(_ workers: [(String, String)], _ line: String = "rw", monitor: Bool = false) throws -> Machine {
      let disk = try Disk.system(
        workers, scripts: Self.scripts, links: Self.links, directories: ["/etc/swinit/workers.d"])
      return try Machine.system(disk, line, monitor: monitor)
    }

    /// Whether all of this was said, in this order.
    private func says(_ parts: String..., in ended: Ended) -> Bool {
      var rest = ended.console[...]
      for part in parts {
        guard let range = rest.range(of: part) else { return false }
        rest = rest[range.upperBound...]
      }
      return true
    }

    /// In order up, and down before anybody else; by their own signals, in their own time. A line that is not understood is told of.
    @Test func inOrder() throws {
      let machine = try system([
        ("/etc/swinit/workers.d/zero.service", "[Service]\nType=oneshot\nExecStart=/bin/echo zero is up\n"),
        Self.worker("first", "KillSignal=USR1\nMemoryMax=32M", unit: "Requires=zero"),
        Self.worker("second", unit: "After=first\nRequires=first"),
        (
          "/etc/swinit/workers.d/third.service",
          "[Service]\nNonsense=1\nExecStart=/act stubborn\nTimeoutStopSec=1\nX-Essential=yes\n"
        ),
      ])
      try machine.text("swinit: warning: /etc/swinit/workers.d/third.service:2: unknown key 'Nonsense': not obeyed")
      try machine.command(line: "swctl wait --ready second && swctl status first second third; swctl doctor")
      for part in ["first: running", "second: running", "third: running", "kthreadd: there", "cgroup: there"] {
        try machine.text(part)
      }
      try machine.command(line: "echo state-$(/act read /run/swinit/system_state)-$(supervisor | grep -xc 2)")
      try machine.text("state-@ text SYSTEM_RUNNING-0")
      try machine.command(line: "cat /sys/fs/cgroup/swinit/worker.first/memory.max")
      try machine.text("33554432")
      try machine.command(
        line: "(trap '' HUP; trap 'echo rest-ends >/dev/console; exit' TERM; echo rest-up; while :; do sleep 9 & wait; done) &")
      try machine.text("rest-up")
      machine.type("poweroff\n")
      let ended = try machine.finish()
      #expect(
        says(
          "zero | zero is up", "first | first is up", "swinit: powering off the system",
          "second | second ends by TERM at SYSTEM_POWER_OFF",
          "first | first ends by USR1 at SYSTEM_POWER_OFF", "rest-ends", "reboot: Power down", in: ended), "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    /// The next kthreadd knows them; what one that it did not start has left goes with it.
    @Test func supervisorIsKilled() throws {
      let machine = try system([Self.worker("first", "Restart=always"), Self.worker("second", unit: "After=first")])
      try machine.command(line: "swctl wait --ready second; snapshot /tmp/before; kill -9 $(supervisor)")
      try machine.text("its workers live on, and it is started again")
      machine.type("swctl health; snapshot /tmp/after; cmp /tmp/before /tmp/after && echo same-$((1+1))\n")
      try machine.text("same-2")
      // Its end is PID 1's to tell.
      try machine.command(line: "swctl kill first KILL; swctl wait --ready first")
      try machine.text("swinit: worker 'first' was ended by SIGKILL; it is started again in ")
      try machine.text("first | first is up")
      machine.type("reboot\n")
      let ended = try machine.finish()
      #expect(
        says(
          "swinit: restarting the system", "second | second ends by TERM at SYSTEM_RESTART",
          "first | first ends by TERM at SYSTEM_RESTART",
          "reboot: Restarting system", in: ended), "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    /// PID 1 is executed again, and kthreadd and its workers do not notice; it still keeps what the next kthreadd needs.
    @Test func faultOfInit() throws {
      let queue = (
        "/etc/swinit/workers.d/queue.service",
        "[Service]\nStandardInput=queue\nX-ShouldStopFD=3\nExecStart=/bin/sh -c 'read go </tmp/gate; while read l; do echo did $l; done'\n"
      )
      let machine = try system([Self.worker("first"), Self.worker("second", unit: "After=first"), queue])
      try machine.command(line: "mkfifo /tmp/gate; swctl wait --ready second; swctl restart queue; swctl queue queue one two")
      machine.type("supervisor >/tmp/s; snapshot /tmp/before; /act crash-init\n")
      try machine.text("swinit: executed again after the fault; the system goes on")
      machine.type("snapshot /tmp/after; cmp /tmp/before /tmp/after && supervisor | cmp - /tmp/s && echo same-$((1+1))\n")
      try machine.text("same-2")
      machine.type("kill -9 $(supervisor)\n")
      try machine.text("its workers live on, and it is started again")
      machine.type("swctl health; snapshot /tmp/last; cmp /tmp/before /tmp/last && echo same-$((1+2))\n")
      try machine.text("same-3")
      // The next fault finds PID 1 as a parent of workers.
      machine.type("/act crash-init\n")
      try machine.text("swinit: executed again after the fault; the system goes on")
      machine.type("echo >/tmp/gate; swctl flush queue; swctl run third -- /bin/speaker third; swctl stop third; poweroff\n")
      let ended = try machine.finish()
      #expect(
        says(
          "queue | did one", "queue | did two", "third | third ends by TERM at SYSTEM_RUNNING", "swinit: powering off the system",
          "second | second ends by TERM at SYSTEM_POWER_OFF", "first | first ends by TERM at SYSTEM_POWER_OFF",
          "reboot: Power down", in: ended), "\(ended)")
      #expect(ended.console.components(separatedBy: "| did ").count == 3, "each once: \(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    /// As systemd's FailureAction=poweroff: what the system was for is no more.
    @Test func essential() throws {
      let machine = try system([Self.worker("first"), Self.worker("second", "X-Essential=yes", unit: "After=first")])
      try machine.command(line: "swctl wait --ready second; swctl kill second KILL")
      let ended = try machine.finish()
      #expect(ended.says("swinit: an essential worker has ended (code 137): powering off the system"), "\(ended)")
      #expect(ended.says("first | first ends by TERM at SYSTEM_POWER_OFF") && ended.says("reboot: Power down"), "\(ended)")
      #expect(ended.exit == .code(0), "\(ended)")
    }

    private static let forEver = (
      "/etc/swinit/workers.d/ever.service", "[Service]\nExecStart=/act stubborn\nTimeoutStopSec=infinity\n"
    )

    /// One that may take for ever is named, and holds up nobody who is in a hurry.
    @Test func inAHurry() throws {
      let machine = try system([Self.forEver], monitor: true)
      try machine.text("ever | @ sleeps")
      try machine.command("sendkey ctrl-alt-delete")
      try machine.text("swinit: restarting the system")
      try machine.text("swinit: waiting for 'ever' (")
      try machine.command("sendkey ctrl-alt-delete")
      try machine.command("sendkey ctrl-alt-delete")
      let ended = try machine.finish()
      #expect(ended.says("reboot: Restarting system") && ended.exit == .code(0), "\(ended)")
    }

    /// By force: nobody is waited for.
    @Test func forced() throws {
      let machine = try system([Self.forEver, Self.worker("first")])
      try machine.command(line: "swctl wait --ready first; poweroff -f")
      let ended = try machine.finish()
      #expect(!ended.says("first ends") && ended.says("reboot: Power down") && ended.exit == .code(0), "\(ended)")
    }

    /// Without definitions there is a kthreadd too, for those who ask it for workers.
    @Test func none() throws {
      let machine = try Machine.system(Disk.system(scripts: Self.scripts, links: Self.links))
      try machine.command(
        line: "swctl run later -- sh -c 'echo supervisors-$(supervisor | wc -l)'; swctl wait later; poweroff -f")
      try machine.text("later | supervisors-")
      #expect(try machine.finish().says("later | supervisors-1"))
    }
  }
}
