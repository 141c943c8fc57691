import Boot
import Sys

/// shutdown(8): waits in the foreground until its time has come, warning those who are logged in, and then asks for the end.
struct ShutdownPlan {
  enum Purpose {
    case end
    /// -k: warnings, and nothing else.
    case warning
  }

  var request = EndRequest(.shutdown)
  var purpose = Purpose.end
  var time = ShutdownTime.after(minutes: 1)
  var broadcast = Broadcast()

  func run() throws(UsageError) {
    if purpose == .end { try request.check() }
    if time != .now {
      let lock = try ShutdownLock.take()
      try wait()
      _ = consume lock
    }
    broadcast.send("The system is going down for \(noun) NOW!")
    if purpose == .end { try request.perform() }
  }

  private func wait() throws(UsageError) {
    var now = ShutdownDeadline.Now.read
    var deadline = ShutdownDeadline(time, at: now)
    let alarm: Alarm
    do throws(Errno) { alarm = try Alarm(deadline.clock, orSignals: EndRequest.interrupts) } catch {
      throw PowerName.shutdown.error("cannot wait: \(error)")
    }
    var warnings = WarningSchedule()
    var noLogin = NoLogin()
    let isOnlyWarning: StaticString = purpose == .warning ? " (warnings only)" : ""
    PowerName.shutdown.say("\(noun)\(isOnlyWarning) at \(clock(deadline, now)); 'shutdown -c' cancels it")
    while true {
      now = .read
      let left = deadline.left(at: now)
      guard left > .zero else { return }
      if let minutes = warnings.due(left) { broadcast.send(warning(minutes, clock(deadline, now))) }
      if purpose == .end, left <= NoLogin.period {
        noLogin.make(saying: "The system is going down for \(noun) at \(clock(deadline, now)). Only root may log in.")
      }
      alarm.wait(until: deadline.moment(before: warnings.next(left)))
      guard SignalQueue.pending(of: EndRequest.interrupts) == nil else {
        noLogin.remove()
        broadcast.send("The \(noun) has been cancelled.")
        throw PowerName.shutdown.error("cancelled")
      }
    }
  }

  private var noun: StaticString {
    switch request.end {
    case .restart, .kexec: "reboot"
    case .powerOff: "power-off"
    case .halt: "halt"
    }
  }

  private func warning(_ minutes: Int, _ clock: Message) -> Message {
    let unit: StaticString = minutes == 1 ? "minute" : "minutes"
    return "The system is going down for \(noun) at \(clock), in \(minutes) \(unit)!"
  }

  /// hh:mm, as local clocks will show it.
  private func clock(_ deadline: ShutdownDeadline, _ now: ShutdownDeadline.Now) -> Message {
    let time = deadline.wallTime(at: now).local
    var text: Message = time.hour < 10 ? "0" : ""
    text.append(decimal: time.hour)
    text.append(time.minute < 10 ? ":0" : ":")
    text.append(decimal: time.minute)
    return text
  }
}
