/// From the kernel's `Run /init as init process` to the payload's first instruction.
struct MachineStartFigure: MachineFigure {
  let name = "start"

  /// What a boot has given, in microseconds.
  private struct One {
    let time: Double
    let tie: Double
    var handover: Double?
  }

  /// What all boots have given, for each way a table of its own.
  private struct Found {
    var time: [Way: Samples] = [:]
    /// From the kernel's line on a late root's mount to the first instruction.
    var handover = Samples()
    /// How far apart the readings are that tie the clocks.
    var tie = Samples()
  }

  func measure(in laboratory: MachineLaboratory) throws(BenchError) -> [Row] {
    let payloads = laboratory.payloads
    let starts = try Starts(workshop: laboratory.workshop, payload: payloads.first, least: payloads.least)
      .all(laboratory.progress.note)
    let working = laboratory.tried(name, starts) { (start) throws(BenchError) in
      _ = try time(of: try laboratory.machine.boot(start.setup), start)
    }
    var found = Found()
    try Rounds(name, count: laboratory.extent.boots, laboratory.progress).run(working) { (start) throws(BenchError) in
      let one = try laboratory.insist { () throws(BenchError) in try read(try laboratory.machine.boot(start.setup), of: start) }
      take(one, of: start, into: &found)
    }
    return rows(found) + (try counted(working.filter(isCountable), in: laboratory))
  }

  private func rows(_ found: Found) -> [Row] {
    let less: [Bound] = [.ratio(to: Subject.busybox, 1), .ratio(to: Subject.systemd, 1)]
    let titles: [(way: Way, title: String, bounds: [Bound])] = [
      (.inPlace, "`Run /init` to the payload, in place", [.ratio(to: Subject.direct, 1.5)] + less),
      (.command, "the same, as a test machine's command", [.ratio(to: Subject.direct, 1.5)] + less),
      (.newRoot, "the same, on the root of a disk", [.ratio(to: Subject.shell, 1), .ratio(to: Subject.systemd, 1)]),
    ]
    var rows = titles.map { row in
      Row(
        "machine.start.\(row.way.rawValue)", row.title, unit: "ms", digits: 2, found.time[row.way] ?? Samples(), in: .machines,
        bounds: row.bounds)
    }
    rows.append(
      Row(
        "machine.late", "a late root found to its init", unit: "ms", digits: 2, found.time[.lateRoot] ?? Samples(), in: .machines,
        bounds: [.ratio(to: Subject.shell, 1)]))
    rows.append(
      Row(
        "machine.handover", "of it, from its mount on", unit: "ms", digits: 2, found.handover, in: .machines,
        bounds: [.ratio(to: Subject.shell, 1)]))
    rows.append(Row("machine.tie", "a start is known to", unit: "µs", digits: 1, found.tie, in: .machines))
    return rows
  }

  /// What waits for a disk has no count: the clock jumps over the waiting. Nor has systemd, which waits for others.
  private func isCountable(_ start: Start) -> Bool { start.setup.disk == nil }

  private func counted(_ starts: [Start], in laboratory: MachineLaboratory) throws(BenchError) -> [Row] {
    guard laboratory.extent.countedBoots > 0 else { return [] }
    var counts: [Way: Samples] = [:]
    try Rounds("instructions", count: laboratory.extent.countedBoots, laboratory.progress).run(starts) {
      (start) throws(BenchError) in
      // A nanosecond each: thousands of instructions.
      let value = try laboratory.insist { () throws(BenchError) in
        try time(of: try laboratory.machine.boot(start.setup, .instructions), start)
      }
      for way in start.ways { counts[way, default: Samples()].add(value, of: start.subject) }
    }
    return [(Way.inPlace, "in place"), (.command, "a command")].map { way, title in
      Row(
        "machine.instructions.\(way.rawValue)", "instructions of it, \(title)", unit: "1000", digits: 0, counts[way] ?? Samples(),
        in: .machines)
    }
  }

  private func take(_ one: One, of start: Start, into found: inout Found) {
    for way in start.ways { found.time[way, default: Samples()].add(one.time / 1000, of: start.subject) }
    if start.subject == Subject.swinit, start.ways == [.inPlace] { found.tie.add(one.tie, of: start.subject) }
    if let handover = one.handover { found.handover.add(handover / 1000, of: start.subject) }
  }

  private func read(_ boot: Machine.Boot, of start: Start) throws(BenchError) -> One {
    var one = One(time: try time(of: boot, start), tie: boot.tie.width / boot.ticks)
    guard start.ways == [.lateRoot] else { return one }
    guard let mounted = boot.report.time(of: "EXT4-fs (nvme0n1p1): mounted"), let first = boot.report.first("first") else {
      throw .unavailable(reason: "\(start.name): the kernel has not said that it mounted the root")
    }
    one.handover = boot.microseconds(from: mounted, to: first)
    return one
  }

  /// In microseconds: from the kernel's first program, or from a late root, to the payload.
  private func time(of boot: Machine.Boot, _ start: Start) throws(BenchError) -> Double {
    guard let run = boot.report.start, let first = boot.report.first("first") else {
      throw .unavailable(reason: "\(start.name): the kernel's log does not tell when it executed its init")
    }
    guard start.setup.arrival == .late else { return boot.microseconds(from: run, to: first) }
    guard let found = boot.report.time(of: " nvme0n1: p1"), found > run else {
      throw .unavailable(reason: "\(start.name): the disk was not late")
    }
    return boot.microseconds(from: found, to: first)
  }
}
