import Boot

/// When what has happened, for `--report`.
struct BootTiming {
  let begin: Double
  private(set) var spawned = 0.0
  private var attach = 0.0
  private var finish = 0.0
  /// The machine's own clock, in seconds since its kernel's start.
  private var guest: [HostWindow.Milestone: Double] = [:]

  init() { begin = Clock.now }

  mutating func machineStarted() { spawned = Clock.now }
  mutating func attached() { attach = Clock.now }

  mutating func end(_ window: HostWindow) {
    finish = Clock.now
    for milestone in HostWindow.Milestone.allCases where window[milestone] > 0 {
      guest[milestone] = Double(window[milestone]) / 1e9
    }
  }

  /// Names and milliseconds, in their order.
  var phases: [(name: String, milliseconds: Double)] {
    guard spawned > 0 else { return [] }
    var phases = [("swvm", spawned - begin)]
    if let root = guest[.rootEntered], attach > 0 {
      let start = guest[.initStarted] ?? 0
      let modules = guest[.modulesLoaded] ?? start
      let command = guest[.commandStarted] ?? root
      phases += [
        ("qemu", max(0, attach - spawned - command)), ("kernel", start), ("modules", modules - start), ("root", root - modules),
        ("streams", command - root),
      ]
      if let all = guest[.allEnded] {
        phases.append(("command", all - command))
        phases.append(("end", max(0, finish - attach - (all - command))))
      }
    }
    phases.append(("total", finish - begin))
    return phases.map { ($0.0, $0.1 * 1000) }
  }

  /// What the machine's init has done, in seconds of the machine's clock.
  var machinePhases: [(name: String, begin: Double, end: Double)] {
    let names: [(String, HostWindow.Milestone, HostWindow.Milestone)] = [
      ("modules", .initStarted, .modulesLoaded), ("root", .modulesLoaded, .rootEntered),
      ("streams", .rootEntered, .commandStarted),
      ("command", .commandStarted, .allEnded),
    ]
    return names.compactMap { name, first, last in
      guard let begin = guest[first], let end = guest[last] else { return nil }
      return (name, begin, end)
    }
  }

  /// One line of JSON.
  func json(code: Int32, machine: String) -> String {
    let list = phases.map { "\"\($0.name)\":\(BootTiming.tenths($0.milliseconds))" }.joined(separator: ",")
    return "{\"exit\":\(code),\"machine\":\"\(machine)\",\"ms\":{\(list)}}\n"
  }

  private static func tenths(_ value: Double) -> String {
    let number = Int((value * 10).rounded())
    return "\(number / 10).\(number % 10)"
  }
}
