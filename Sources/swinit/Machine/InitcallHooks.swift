import Boot
import Sys

/// The administrator's initcalls: programs of /etc/swinit/initcalls.d/LEVEL/, in the order of their names, one after another.
struct InitcallHooks {
  private static let directory: StaticString = "/etc/swinit/initcalls.d/"
  /// After which time it is said whom the boot waits for, and again after twice that.
  private static let notice = Interval.seconds(10)

  private let start: Bootstrap
  private var reaper: Reaper

  init(_ start: Bootstrap) {
    self.start = start
    reaper = Reaper(start.log)
  }

  struct Outcome {
    var code: Int32
    /// What a signal asked for meanwhile: the end of this boot, and of the program that it waited for.
    var request: SystemRequest?
  }

  /// The paths of a level's, sorted as bytes. Hidden names and those of editors' copies are left out.
  static func names(at level: InitcallLevel) -> [CString] {
    let directory = CString(copying: Text(directory), Text(level.name))
    var paths: [CString] = []
    do throws(Errno) {
      try Directory.forEach(in: directory) { name in
        guard name[0] != UInt8(ascii: "."), name[name.count - 1] != UInt8(ascii: "~") else { return }
        paths.append(CString(copying: directory.text, Text("/"), name))
      }
    } catch { return [] }
    paths.sort { $0.text.bytes.lexicographicallyPrecedes($1.text.bytes) }
    return paths
  }

  /// Runs one, and waits for its end. It finds its level in SWINIT_LEVEL.
  mutating func run(_ path: CString, at level: InitcallLevel, _ signals: inout SystemSignals) -> Outcome {
    var environment = start.environment
    environment.set("SWINIT_LEVEL", Text(level.name))
    if environment.value("PATH") == nil { environment.set(TestMachine.path) }
    var program = Program(Environment.vector(of: [path]), environment, start.signals)
    program.lead(sessionOn: nil)
    do throws(SpawnError) {
      let process = try program.start()
      reaper.await(process)
      return wait(for: process, path, &signals)
    } catch {
      start.log.warning("initcall \(path): \(program.explain(error).message)")
      return Outcome(code: -error.errno.rawValue)
    }
  }

  private mutating func wait(for process: ProcessID, _ path: CString, _ signals: inout SystemSignals) -> Outcome {
    var pause = InitcallHooks.notice
    var noticeAt = Instant.now + pause
    while true {
      if case .more = reaper.reap() { continue }
      if let outcome = reaper.outcome {
        if outcome.code != 0 { start.log.warning("initcall \(path) failed (code \(outcome.code))") }
        return Outcome(code: outcome.code)
      }
      if noticeAt <= .now {
        pause = Interval(nanoseconds: pause.nanoseconds * 2)
        noticeAt = .now + pause
        start.log.fatal("waiting for the initcall \(path) (\(process)); Ctrl-Alt-Del ends this boot")
      }
      guard let arrival = SignalQueue.next(of: SignalState.queued, until: noticeAt),
        let request = signals.receive(arrival.signal, at: .now)
      else { continue }
      return Outcome(code: -Errno.interrupted.rawValue, request: request)
    }
  }
}
