import Foundation
import Glibc
import Testing

/// shutdown(8) while it waits: its warnings, /run/nologin, and how it is cancelled. PID 1 is a shell.
@Suite struct PowerTestsShutdown {
  /// `$shutdown` is the program; a terminal shows on stdout what it is told, and is ready before `script` begins.
  private func session(_ script: String) throws -> Session {
    let scratch = try Scratch()
    let shutdown = try scratch.link("shutdown", to: Place.swinit)
    let start = """
      mkfifo /run/all /run/shown
      script -qfc 'exec \(Place.probe) hold' /dev/null </dev/null >/run/all & terminal=$!
      tee /run/shown </run/all &
      exec 8</run/shown
      until read -r word <&8; [ "${word%?}" = ready ]; do :; done
      cat <&8 >/dev/null &
      nologin() { until [ -s /run/nologin ]; do :; done; }
      signed() { until [ -s /run/swinit/shutdown.pid ]; do :; done; }
      shutdown=\(shutdown)

      """
    let session = try Session(["-c", PowerTests.apart + start + script], program: "/bin/bash")
    kept.append(scratch)
    return session
  }
  private final class Kept { var all: [Scratch] = []; func append(_ scratch: Scratch) { all.append(scratch) } }
  private let kept = Kept()

  @Test func waitsAndIsCancelled() throws {
    let session = try session(
      """
      $shutdown -r +4 back "in an hour" & waiting=$!
      nologin; cat /run/nologin
      $shutdown -c changed my mind; echo cancelled=$?
      wait $waiting; echo code=$?
      [ -e /run/nologin ] || echo open again
      exec \(Place.probe) hold
      """)
    // What the terminal shows and what the script says come in any order.
    for part in [
      "Broadcast message from root@", "back in an hour", "The system is going down for reboot at ", ", in 4 minutes!",
      "Only root may log in.", "changed my mind", "The reboot has been cancelled.", "cancelled=0\n", "code=1\n", "open again\n",
    ] { try session.prompt(part, on: .out) }
    try session.prompt("; 'shutdown -c' cancels it\nshutdown: cancelled\n", on: .err)
  }

  @Test(arguments: ["INT", "TERM", "QUIT"]) func signalsCancel(_ signal: String) throws {
    let run = try session(
      """
      $shutdown +4 & waiting=$!
      nologin; kill -HUP $waiting; kill -\(signal) $waiting
      wait $waiting; echo code=$?
      [ -e /run/nologin ] || echo open again
      """
    ).finish()
    #expect(run.out.contains("code=1\n") && run.out.contains("open again\n"), "\(run.out) \(run.err)")
    #expect(run.err.hasSuffix("shutdown: cancelled\n"))
  }

  /// A key of the terminal that it runs on.
  @Test func keyCancels() throws {
    let terminal = try Terminal()
    let scratch = try Scratch()
    let shutdown = try scratch.link("shutdown", to: Place.swinit)
    let session = try Session(
      ["+10"], via: [["tty", terminal.path, "0,1,2"], ["hide", "/run"], ["dev", "null"]], tty: terminal, program: shutdown)
    try session.line("power-off at ", on: .tty)
    terminal.type("\u{3}")
    try session.line("shutdown: cancelled", on: .tty)
    #expect(try session.finish().end == .code(1))
  }

  /// One waits, and the next one is told; a dead one's file says nothing.
  @Test func oneAtATime() throws {
    let run = try session(
      """
      $shutdown -c; echo none=$?
      $shutdown +10 & first=$!; signed
      $shutdown +5; echo second=$?
      kill -KILL $first; wait $first 2>/dev/null
      $shutdown -c; echo dead=$?
      $shutdown +20 & third=$!
      until read -r pid </run/swinit/shutdown.pid && [ "$pid" = $third ]; do :; done
      $shutdown -c; echo third=$?
      wait $third; echo code=$?
      """
    ).finish()
    for part in ["none=1", "second=1", "dead=1", "third=0", "code=1"] {
      #expect(run.out.contains("\(part)\n"), "\(part): \(run.out)")
    }
    #expect(run.err.components(separatedBy: "no shutdown is waiting").count == 3, "\(run.err)")
    #expect(run.err.contains("is waiting already"), "\(run.err)")
  }

  /// One that is to come now does not care who waits.
  @Test func nowComesFirst() throws {
    let run = try session(
      """
      trap 'echo asked; exit 0' TERM
      $shutdown +10 & signed
      $shutdown now; echo code=$?
      """
    ).finish()
    #expect(run.out.contains("asked\n"), "\(run.out) \(run.err)")
  }

  @Test func onlyWarns() throws {
    let session = try session(
      #"""
      trap 'echo asked' TERM
      $shutdown -k now "$(printf 'a\033[31mb\007')"; echo code=$?
      $shutdown -k +3 & waiting=$!; signed
      until read -r pid </run/swinit/shutdown.pid && [ "$pid" = $waiting ]; do :; done
      $shutdown -c; wait $waiting
      [ -e /run/nologin ] || echo open
      exec \#(Place.probe) hold
      """#)
    for part in ["a?[31mb?", "The system is going down for power-off NOW!", "code=0\n", "open\n"] {
      try session.prompt(part, on: .out)
    }
    #expect(!session.text(.out).contains("asked"))
  }

  @Test func noWall() throws {
    let run = try session("$shutdown -k --no-wall now nobody hears this; echo code=$?").finish()
    #expect(run.out.contains("code=0\n") && !run.out.contains("nobody") && !run.out.contains("Broadcast"), "\(run.out)")
  }

  /// However much is to be said, the end of it is the time.
  @Test func longMessage() throws {
    let session = try session(
      """
      $shutdown -k now $(head -c 100000 /dev/zero | tr '\\0' x); $shutdown -k now $(seq 20000); exec \(Place.probe) hold
      """)
    try session.prompt("xxx…", on: .out)
    for _ in 0..<2 { try session.line("The system is going down for power-off NOW!") }
    #expect(session.text(.out).contains(" 100 101 "))
  }

  /// Without standard descriptors nothing else is written into its file.
  @Test func closedDescriptors() throws {
    let run = try session(
      """
      $shutdown -k +1000 >&- 2>&- <&- & waiting=$!; signed
      until read -r pid </run/swinit/shutdown.pid && [ "$pid" = $waiting ]; do :; done
      $shutdown -c; wait $waiting; echo code=$?; echo "file=$(cat /run/swinit/shutdown.pid)"
      """
    ).finish()
    #expect(run.out.contains("code=1\n"), "\(run.out)")
    // The terminal's lines come in between.
    #expect(run.out.contains(#/file=[0-9]+\n/#), "\(run.out)")
  }

  /// Somebody else's nologin stays, and stays as it is.
  @Test func noLoginOfOthers() throws {
    let run = try session(
      """
      echo theirs >/run/nologin
      $shutdown +2 & waiting=$!; signed
      $shutdown -c; wait $waiting; cat /run/nologin
      """
    ).finish()
    #expect(run.out.contains("theirs\n"), "\(run.out) \(run.err)")
  }

  /// A terminal that takes nothing more is left out.
  @Test func terminalThatIsFull() throws {
    let run = try session(
      """
      kill -STOP $terminal
      while dd if=/dev/zero bs=64 count=1 oflag=nonblock of=/dev/pts/0 2>/dev/null; do :; done
      $shutdown -k now; echo code=$? >/run/code
      kill -KILL $terminal; cat /run/code
      """
    ).finish()
    #expect(run.out.contains("code=0\n"), "\(run.out.suffix(300)) \(run.err)")
  }

  /// Nowhere to write: it says so, and waits all the same.
  @Test func readOnlyRun() throws {
    let run = try session(
      """
      mount -t tmpfs -o ro none /run
      exec 9< <(exec $shutdown +3 2>&1); waiting=$!
      read -r line <&9; echo "$line"
      read -r line <&9; echo "$line"
      kill -INT $waiting; wait $waiting; echo code=$?
      """
    ).finish()
    #expect(run.out.contains("code=1\n"), "\(run.out)")
    #expect(run.out.contains("'shutdown -c' will not find this one"), "\(run.out)")
  }
}
