/// From the start of `INIT -- true` to its end.
struct StartFigure: Figure {
  let name = "start"

  func measure(in laboratory: Laboratory) throws(BenchError) -> [Row] {
    var rows: [Row] = []
    for place in Subject.Place.allCases { rows += try measure(place, in: laboratory) }
    return rows
  }

  private func measure(_ place: Subject.Place, in laboratory: Laboratory) throws(BenchError) -> [Row] {
    var launchers: [String: Launcher] = [:]
    for subject in laboratory.subjects {
      // That the payload does run: given an argument, it ends with 1.
      var witness = laboratory.payloads.nothing
      witness.arguments = ["x"]
      try expect(1, of: try Launcher(subject, witness, place: place).run(), subject)
      launchers[subject.name] = try Launcher(subject, laboratory.payloads.nothing, place: place)
    }
    var wall = Samples()
    var faults = Samples()
    // The first rounds fill the page cache and are thrown away.
    let warmUp = 20
    var count = 0
    try laboratory.paired("start, \(place.rawValue)", rounds: warmUp + laboratory.extent.rounds, laboratory.subjects) {
      (subject) throws(BenchError) in
      guard let finished = try launchers[subject.name]?.run() else { return }
      try expect(0, of: finished, subject)
      count += 1
      guard count > warmUp * laboratory.subjects.count else { return }
      wall.add(Double(finished.nanoseconds) / 1000, of: subject.name)
      faults.add(Double(finished.minorFaults), of: subject.name)
    }
    let (title, id) = place == .pid1 ? ("as PID 1", "start.pid1") : ("not PID 1", "start.child")
    return [
      Row(id, "`INIT -- true`, \(title)", unit: "µs", digits: 1, wall, bounds: [.ratioToReference(0.60)]),
      Row("\(id).net", "the same less `bare`", unit: "µs", digits: 1, wall.less(Subject.bare)),
      Row("\(id).faults", "page faults of it", unit: "", faults),
    ]
  }

  private func expect(_ code: Int32, of finished: Finished, _ subject: Subject) throws(BenchError) {
    guard finished.exitCode == code else { throw .exitCode(subject: subject.name, expected: code, got: finished.exitCode) }
  }
}
