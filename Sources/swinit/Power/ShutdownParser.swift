import Boot
import Sys

/// The options of shutdown, before and after its TIME: systemd's, and those of sysvinit's that systemd's takes and leaves.
enum ShutdownParser {
  // Long names that have no letter.
  private static let help: UInt8 = 1
  private static let noWall: UInt8 = 2

  static func parse(_ arguments: SpawnRequest.Vector) throws(UsageError) -> PowerCommand {
    var plan = ShutdownPlan()
    var isCancelling = false
    var time: CString?
    var reader = OptionReader(
      arguments, letters: "hPHrkcVaft:F\u{1}\u{2}",
      long: [
        .init(name: "poweroff", letter: UInt8(ascii: "P")), .init(name: "halt", letter: UInt8(ascii: "H")),
        .init(name: "reboot", letter: UInt8(ascii: "r")), .init(name: "no-wall", letter: noWall),
        .init(name: "help", letter: help), .init(name: "version", letter: UInt8(ascii: "V")),
      ])
    while true {
      while let (letter, _) = try reader.next() {
        switch letter {
        case help: return .say([usage])
        case UInt8(ascii: "V"): return .say(["shutdown (swinit) ", Version.text, "\n"])
        case UInt8(ascii: "P"): plan.request.end = .powerOff
        case UInt8(ascii: "h"): if plan.request.end != .halt { plan.request.end = .powerOff }
        case UInt8(ascii: "H"): plan.request.end = .halt
        case UInt8(ascii: "r"): plan.request.end = .restart
        case UInt8(ascii: "k"): plan.purpose = .warning
        case UInt8(ascii: "c"): isCancelling = true
        case noWall: plan.broadcast.mode = .nobody
        default: break  // -a -f -F -t SECONDS
        }
      }
      // People write `shutdown now -h`.
      guard time == nil, !isCancelling, let word = reader.nextOperand() else { break }
      time = word
    }
    plan.broadcast.words = reader.command
    if isCancelling { return .cancel(plan.broadcast) }
    if let time {
      do throws(BadWord) { plan.time = try ShutdownTime(time.text) } catch {
        throw PowerName.shutdown.error("'\(error.word)': expected \(error.expected)")
      }
    }
    return .plan(plan)
  }

  private static let usage: StaticString = """
    Usage: shutdown [-h|-P|-H|-r] [-k] [--no-wall] [TIME [MESSAGE...]]
           shutdown -c [MESSAGE...]

    Warns those who are logged in, waits until TIME, and asks PID 1 for the end. TIME is
    now, +MINUTES, or hh:mm; +1 when there is none. Ctrl-C cancels.

      -P, --poweroff, -h  turn the machine off (this is done when nothing is said)
      -H, --halt          stop it
      -r, --reboot        restart it
      -k                  warn, and do nothing at the end
      -c                  cancel the shutdown that is waiting
      --no-wall           warn nobody
      --help, --version

    """
}
