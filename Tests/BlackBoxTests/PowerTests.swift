import Foundation
import Glibc
import Testing

/// swinit by the names that end machines, in pid namespaces whose PID 1 is one or another program.
@Suite struct PowerTests {
  static let names = ["reboot", "poweroff", "halt", "shutdown"]

  /// A directory with the names as links to swinit, and a bash under each of the names of an init.
  private func directory() throws -> Scratch {
    let scratch = try Scratch()
    for name in Self.names { try scratch.link(name, to: Place.swinit) }
    for name in ["init", "systemd"] { try scratch.copy("/bin/bash", to: name) }
    return scratch
  }

  /// Nobody outside of the test is told anything: no terminals but the test's, and a /run of its own.
  static let apart = """
    mount -t tmpfs none /run && mount -t tmpfs none /dev && mkdir /dev/pts &&
    mount -t devpts -o newinstance,ptmxmode=666,mode=600 none /dev/pts && ln -s pts/ptmx /dev/ptmx &&
    mknod /dev/null c 1 3 && mknod /dev/zero c 1 5 && ln -s /proc/self/fd /dev/fd || exit 90

    """

  /// PID 1 by this name says which signal it gets from the command.
  private func asked(_ program: String, _ command: [String]) throws -> Outcome {
    let scratch = try directory()
    let script = #"""
      for s in 10 12 15 37 38 39 47 48 49; do trap "echo got $s; exit" $s; done
      "$0/$1" "${@:2}" & wait $!
      echo "nothing, code $?"
      """#
    return try Session.run(
      ["-c", Self.apart + script, scratch.path] + command, program: "\(scratch.path)/\(program)")
  }

  @Test(
    arguments: [
      ("init", "reboot", 15), ("init", "reboot -f", 49), ("init", "halt", 10), ("init", "halt -f", 47), ("init", "poweroff", 12),
      ("init", "poweroff -f", 48), ("init", "halt -p", 12), ("init", "shutdown -h now", 12), ("init", "shutdown -r now", 15),
      ("init", "shutdown -H now", 10), ("init", "reboot -d 20ms", 15), ("systemd", "reboot", 39), ("systemd", "reboot -f", 49),
      ("systemd", "halt", 37), ("systemd", "halt -f", 47), ("systemd", "poweroff", 38), ("systemd", "poweroff -fn", 48),
      ("systemd", "shutdown now", 38),
    ])
  func systemInits(_ program: String, _ command: String, _ signal: Int) throws {
    let run = try asked(program, command.split(separator: " ").map(String.init))
    #expect(run.out == "got \(signal)\n", "\(run.err)")
    #expect(run.err == "")
  }

  /// What has no effect is made up for: an init that does not know the signal of a forced end.
  @Test func initThatDoesNotListen() throws {
    let scratch = try directory()
    let run = try Session.run(["-c", #""$0/reboot" -f & wait; echo here"#, scratch.path], program: "\(scratch.path)/init")
    #expect(run.end == .killed(SIGHUP))
    #expect(run.out == "" && run.err == "")
  }

  /// The real one, by its usual link.
  @Test(arguments: [
    ("reboot", SIGHUP), ("poweroff", SIGINT), ("halt", SIGINT), ("reboot -f", SIGHUP), ("poweroff -f", SIGINT),
  ])
  func busybox(_ command: String, _ signal: Int32) throws {
    let root = try Root()
    try root.scratch.directory("dev")
    try root.scratch.copy("/usr/bin/busybox", to: "bin/busybox")
    try root.scratch.link("sbin/init", to: "/bin/busybox")
    for name in Self.names { try root.scratch.link("sbin/\(name)", to: "/swinit") }
    try root.scratch.file("etc/inittab", "::once:/sbin/\(command)\n")
    #expect(try root.run([], via: [["dev", "null,zero"]], program: "/sbin/init").end == .killed(signal))
  }

  /// swinit as the init of a system, from the shell on its console.
  @Test(arguments: [
    ("reboot", SIGHUP), ("poweroff", SIGINT), ("halt", SIGINT), ("reboot -f", SIGHUP), ("poweroff -f", SIGINT),
    ("reboot -ff x", SIGHUP),
  ])
  func swinitAsSystem(_ command: String, _ signal: Int32) throws {
    let scratch = try directory()
    let terminal = try Terminal()
    let session = try Session(
      [], via: [["bind", try scratch.directory("run"), "/run"], ["tty", terminal.path, "0,1,2"], ["argv0", "init"]], tty: terminal
    )
    try session.prompt("# ")
    terminal.type("\(scratch.path)/\(command)\n")
    #expect(try session.finish().end == .killed(signal))
  }

  // MARK: - Containers

  /// A container's command that ends with 0 when it gets SIGTERM. As soon as it is there to hear it, $0 is run.
  private static let hears =
    apart + #"""
      mkfifo /run/ready && exec 3<>/run/ready
      setsid sh -c 'read line; exec "$@"' sh "$@" </run/ready &
      exec "$0" signals 15 >&3
      """#

  /// The container's PID 1 is asked for its orderly end, whatever it is, and whatever the name.
  @Test(arguments: names) func orderlyEndOfAContainer(_ name: String) throws {
    let scratch = try directory()
    let words = ["--", "sh", "-c", Self.hears, Place.probe, "\(scratch.path)/\(name)"] + (name == "shutdown" ? ["now"] : [])
    let players = try [
      Player(swinitAs: "swinit"), Player(swinitAs: "init"), Player(.tini), Player(.dumbInit), Player(.catatonit),
    ]
    for player in players {
      let run = try player.run(words)
      #expect(run.end == .code(0) && run.out == "" && run.err == "", "\(player): \(run.out) \(run.err)")
    }
  }

  /// Without /proc too.
  @Test func orderlyEndWithoutProc() throws {
    let scratch = try directory()
    let run = try Session.run(["--", "sh", "-c", Self.hears, Place.probe, "\(scratch.path)/poweroff"], proc: false)
    #expect(run.end == .code(0) && run.out == "" && run.err == "", "\(run.out) \(run.err)")
  }

  /// Nobody is asked: the command and all others are killed, and so PID 1 ends.
  @Test(arguments: ["reboot", "poweroff", "halt"]) func forcedEndOfAContainer(_ name: String) throws {
    let scratch = try directory()
    let script = #"trap "" TERM; "$1" hold & "$0/\#(name)" -f; echo here; wait"#
    let run = try Session.run(["--", "sh", "-c", script, scratch.path, Place.probe])
    #expect(run.end == .code(137), "\(run.out) \(run.err)")
    #expect(!run.out.contains("here"))
  }

  /// reboot(2): the kernel ends the namespace, and tells its parent by the signal how it was meant.
  @Test(arguments: [("reboot", SIGHUP), ("halt", SIGINT), ("poweroff", SIGINT)])
  func direct(_ name: String, _ signal: Int32) throws {
    let scratch = try directory()
    for options in ["-ff", "-f -f", "-ffn", "--force --force --no-sync"] {
      for program in ["/bin/sh", "\(scratch.path)/init", "\(scratch.path)/systemd"] {
        let run = try Session.run(["-c", #""$0/\#(name)" \#(options); echo here"#, scratch.path], program: program)
        #expect(run.end == .killed(signal), "\(program) \(name) \(options): \(run.err)")
        #expect(run.out == "" && run.err == "")
      }
    }
  }

  @Test func directWithoutTheRight() throws {
    let scratch = try directory()
    let run = try Session.run(
      ["-c", #"setpriv --bounding-set -sys_boot --inh-caps -sys_boot "$0/poweroff" -ff; echo code $?"#, scratch.path],
      program: "/bin/sh")
    #expect(run.out == "code 1\n")
    #expect(run.err.hasPrefix("poweroff: ") && run.err.contains("CAP_SYS_BOOT") && run.err.split(separator: "\n").count == 1)
  }

  // MARK: - Mistakes

  @Test(arguments: names) func onlyRoot(_ name: String) throws {
    let scratch = try directory()
    for options in [[], ["-f"], ["-ff"], ["-c"]] where name == "shutdown" ? options != ["-ff"] : options != ["-c"] {
      let script = #"trap "echo asked" TERM; setpriv --reuid 65534 --clear-groups "$0/\#(name)" "$@"; echo code $?"#
      let run = try Session.run(["-c", script, scratch.path] + options, program: "/bin/sh")
      #expect(run.out == "code 1\n", "\(options)")
      #expect(run.err == "\(name): only root may do this\n", "\(options)")
    }
  }

  @Test func mistake() throws {
    let scratch = try directory()
    for (words, said) in [
      (["reboot", "now"], "reboot: 'now': expected options only"),
      (["shutdown", "-r", "soon"], "shutdown: 'soon': expected a time"),
    ] {
      let run = try Session.run(
        ["-c", #"trap "echo asked" TERM; "$0/$1" "$2" $3; echo code $?"#, scratch.path] + words, program: "/bin/sh")
      #expect(run.out == "code 1\n")
      #expect(run.err.hasPrefix(said) && run.err.split(separator: "\n").count == 1, "\(run.err)")
    }
  }

  /// By a hard link, and by argv[0] alone.
  @Test func otherWaysToTheName() throws {
    let scratch = try Scratch()
    let copy = try scratch.copy(Place.swinit, to: "swinit")
    #expect(link(copy, "\(scratch.path)/halt") == 0)
    #expect(try Session.run(["--version"], program: "\(scratch.path)/halt").out.hasPrefix("halt (swinit) "))
    let run = try Session.run(["--version"], via: [["argv0", "poweroff"]], program: Place.swinit)
    #expect(run.out.hasPrefix("poweroff (swinit) "), "\(run.out) \(run.err)")
  }

  @Test func delayIsCancelled() throws {
    let scratch = try directory()
    let script = #"""
      trap "echo asked; exit" TERM
      "$0/reboot" -d 1h & waiting=$!
      # Until its signals are blocked.
      until grep -q "^SigBlk:.f" /proc/$waiting/status; do :; done
      kill -INT $waiting; wait $waiting; echo code $?
      """#
    let run = try Session.run(["-c", script, scratch.path], program: "/bin/sh")
    #expect(run.out == "code 1\n" && run.err == "reboot: cancelled\n", "\(run.out) \(run.err)")
  }
}
