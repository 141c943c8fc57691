import Boot
import Sys

/// The options of reboot, poweroff and halt: systemd's names, and busybox's -d.
enum PowerParser {
  // Long names that have no letter.
  private static let halt: UInt8 = 1
  private static let reboot: UInt8 = 2
  private static let accepted: UInt8 = 3

  static func parse(_ name: PowerName, _ arguments: SpawnRequest.Vector) throws(UsageError) -> PowerCommand {
    var request = EndRequest(name)
    var isRecordOnly = false
    var reader = OptionReader(
      arguments, letters: "fnpwd:hV\u{1}\u{2}\u{3}",
      long: [
        .init(name: "force", letter: UInt8(ascii: "f")), .init(name: "no-sync", letter: UInt8(ascii: "n")),
        .init(name: "poweroff", letter: UInt8(ascii: "p")), .init(name: "halt", letter: halt),
        .init(name: "reboot", letter: reboot), .init(name: "wtmp-only", letter: UInt8(ascii: "w")),
        .init(name: "no-wtmp", letter: accepted), .init(name: "no-wall", letter: accepted),
        .init(name: "help", letter: UInt8(ascii: "h")), .init(name: "version", letter: UInt8(ascii: "V")),
      ])
    while let (letter, value) = try reader.next() {
      switch (letter, value) {
      case (UInt8(ascii: "h"), _): return .say([usage])
      case (UInt8(ascii: "V"), _): return .say([name.text, " (swinit) ", Version.text, "\n"])
      case (UInt8(ascii: "f"), _): request.manner = request.manner == .orderly ? .forced : .immediate
      case (UInt8(ascii: "n"), _): request.sync = .none
      case (UInt8(ascii: "p"), _): if name == .halt { request.end = .powerOff }
      case (halt, _): request.end = .halt
      case (reboot, _): request.end = .restart
      case (UInt8(ascii: "w"), _): isRecordOnly = true
      case (UInt8(ascii: "d"), let value?): request.delay = try delay(value, name)
      default: break  // --no-wtmp and --no-wall: neither is done
      }
    }
    if request.end == .restart, request.manner == .immediate { request.firmwareWord = reader.nextOperand() }
    if let word = reader.nextOperand() {
      throw name.error("'\(word)': expected options only (with 'reboot -ff', one word for the firmware)")
    }
    return isRecordOnly ? .nothing : .end(request)
  }

  private static func delay(_ word: CString, _ name: PowerName) throws(UsageError) -> Interval {
    do throws(BadWord) {
      if let delay = try Interval.parse(word.text) { return delay }
    } catch {}
    throw name.error("-d '\(word)': expected a time such as 10, 10s or 2m")
  }

  private static let usage: StaticString = """
    Usage: reboot|poweroff|halt [-f [-f]] [-n] [-p] [-d TIME] [-w]
           reboot -ff [WORD]

    Asks PID 1 to restart the machine, to turn it off, or to stop it. In a container it
    asks for the container's orderly end.

      -f, --force      wait for no process; twice: reboot(2) at once, without PID 1
      WORD             for the firmware or the boot loader, such as bootloader
      -n, --no-sync    write no buffers before reboot(2)
      -p, --poweroff   halt: turn the machine off
      --halt, --reboot be that command, whatever the name
      -d TIME          wait this time before (10, 10s, 2m)
      -w, --wtmp-only  do nothing
      --no-wall, --no-wtmp  accepted
      --help, --version

    """
}
