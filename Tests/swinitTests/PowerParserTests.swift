import TestSupport
import Testing

@testable import Boot
@testable import Sys
@testable import swinit

/// The command lines of reboot, poweroff, halt and shutdown. Nothing is run.
@Suite struct PowerParserTests {
  /// What is asked for, in short: `restart forced unsynced delay 5000`, `plan powerOff +1`, `cancel`, `nothing`, `says …`, or the mistake.
  private func asked(_ line: String) -> String {
    let words = line.split(separator: " ").map(String.init)
    guard case .power(let name) = Personality(name: words.first.map { word("/sbin/\($0)") }) else { return "no such name" }
    let arguments = vector(words)
    do throws(UsageError) {
      switch name == .shutdown ? try ShutdownParser.parse(arguments) : try PowerParser.parse(name, arguments) {
      case .nothing: return "nothing"
      case .say(let parts): return "says " + parts.map { Text($0).string }.joined()
      case .cancel(let broadcast): return "cancel" + said(broadcast)
      case .end(let request): return "\(request.end)" + details(request)
      case .plan(let plan):
        let purpose = plan.purpose == .warning ? " warning" : ""
        return "plan \(plan.request.end)\(details(plan.request)) \(plan.time)\(purpose)\(said(plan.broadcast))"
      }
    } catch {
      return "exit \(error.exitCode): \(error.message.string)"
    }
  }

  private func details(_ request: EndRequest) -> String {
    (request.manner == .orderly ? "" : " \(request.manner)") + (request.sync == .none ? " unsynced" : "")
      + (request.firmwareWord.map { " saying \($0.string)" } ?? "")
      + (request.delay == .zero ? "" : " delay \(request.delay.milliseconds)")
  }

  private func said(_ broadcast: Broadcast) -> String {
    (broadcast.mode == .nobody ? " silent" : "") + (strings(broadcast.words).map { " '\($0.joined(separator: " "))'" } ?? "")
  }

  @Test(arguments: [
    ("reboot", "restart"), ("poweroff", "powerOff"), ("halt", "halt"), ("reboot -f", "restart forced"),
    ("reboot -ff", "restart immediate"), ("reboot --force -f", "restart immediate"), ("halt -fff", "halt immediate"),
    ("reboot -ff bootloader", "restart immediate saying bootloader"), ("halt -p", "powerOff"), ("reboot -p", "restart"),
    ("halt --poweroff", "powerOff"), ("poweroff --halt", "halt"),
    ("halt --reboot", "restart"), ("poweroff -n", "powerOff unsynced"), ("poweroff -ffn", "powerOff immediate unsynced"),
    ("poweroff --no-sync", "powerOff unsynced"), ("reboot -d 5", "restart delay 5000"),
    ("reboot -d2m -f", "restart forced delay 120000"),
    ("halt -w", "nothing"), ("halt --wtmp-only -ff", "nothing"), ("reboot --no-wall --no-wtmp", "restart"),
    ("reboot --", "restart"), ("reboot --version", "says reboot (swinit) \(Text(Version.text).string)\n"),
  ])
  func ends(_ line: String, _ result: String) { #expect(asked(line) == result) }

  @Test(arguments: [
    ("shutdown", "plan powerOff after(minutes: 1)"), ("shutdown now", "plan powerOff after(minutes: 0)"),
    ("shutdown -r +5", "plan restart after(minutes: 5)"), ("shutdown -H 22:00", "plan halt at(hour: 22, minute: 0)"),
    ("shutdown -h now", "plan powerOff after(minutes: 0)"), ("shutdown -H -h now", "plan halt after(minutes: 0)"),
    ("shutdown -r -h now", "plan powerOff after(minutes: 0)"), ("shutdown -r -P now", "plan powerOff after(minutes: 0)"),
    ("shutdown now -r", "plan restart after(minutes: 0)"),
    ("shutdown 5 -r -k bye now", "plan restart after(minutes: 5) warning 'bye now'"),
    ("shutdown +5 bye -r", "plan powerOff after(minutes: 5) 'bye -r'"),
    ("shutdown +5 -- -bye", "plan powerOff after(minutes: 5) '-bye'"),
    ("shutdown --reboot --no-wall 1", "plan restart after(minutes: 1) silent"), ("shutdown -c", "cancel"),
    ("shutdown -c never mind", "cancel 'never mind'"), ("shutdown --no-wall -c", "cancel silent"),
    ("shutdown -t 3 -afF -r now", "plan restart after(minutes: 0)"),
    ("shutdown --poweroff --halt", "plan halt after(minutes: 1)"),
  ])
  func plans(_ line: String, _ result: String) { #expect(asked(line) == result) }

  /// One line that names the word and says what was expected.
  @Test(arguments: [
    ("reboot now", "reboot: 'now': expected options only (with 'reboot -ff', one word for the firmware)"),
    ("halt -ff now", "halt: 'now': expected options only (with 'reboot -ff', one word for the firmware)"),
    ("reboot -ff a b", "reboot: 'b': expected options only (with 'reboot -ff', one word for the firmware)"),
    ("reboot -q", "reboot: invalid option -- 'q'"),
    ("halt --frob", "halt: unrecognized option '--frob'"), ("halt -d", "halt: option requires an argument -- 'd'"),
    ("reboot --no", "reboot: option '--no' is ambiguous"),
    ("reboot -d x", "reboot: -d 'x': expected a time such as 10, 10s or 2m"),
    ("reboot -d infinity", "reboot: -d 'infinity': expected a time such as 10, 10s or 2m"),
    ("shutdown 25:00", "shutdown: '25:00': expected a time: now, +MINUTES, or hh:mm of 24 hours"),
    ("shutdown -x", "shutdown: invalid option -- 'x'"), ("shutdown --force", "shutdown: unrecognized option '--force'"),
    ("shutdown -t", "shutdown: option requires an argument -- 't'"),
    ("shutdown -r tomorrow", "shutdown: 'tomorrow': expected a time: now, +MINUTES, or hh:mm of 24 hours"),
  ])
  func mistakes(_ line: String, _ said: String) { #expect(asked(line) == "exit 1: \(said)") }

  @Test(arguments: ["reboot", "poweroff", "halt", "shutdown"]) func help(_ name: String) {
    #expect(asked("\(name) --help").hasPrefix("says Usage: "))
    #expect(asked("\(name) -V").hasPrefix("says \(name) (swinit) "))
  }

  @Test(arguments: ["reboots", "rebo", "", "power", "init"]) func otherNames(_ name: String) {
    if case .power = Personality(name: word(name)) { Issue.record("\(name) ends machines") }
  }
}
