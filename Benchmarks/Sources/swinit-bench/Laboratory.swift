/// What all figures are measured with.
struct Laboratory {
  /// How much is measured.
  struct Extent: Encodable {
    /// Rounds of the figures that take milliseconds.
    let rounds: Int
    /// Rounds of the figures that take seconds.
    let longRounds: Int
    let orphans: Int
    let batch: Int
    let idleSeconds: Int
  }

  let subjects: [Subject]
  let payloads: Payloads
  let extent: Extent
  /// swinit with its symbols; the allocation figure needs it.
  let debugBinary: String
  let progress: Progress

  var inits: [Subject] { subjects.filter { $0.path != nil } }

  /// Runs `body` once a round for each subject, in an order that is drawn for each round.
  func paired(
    _ what: String, rounds: Int, _ subjects: [Subject], _ body: (Subject) throws(BenchError) -> Void
  ) throws(BenchError) {
    try Rounds(what, count: rounds, progress).run(subjects) { (subject) throws(BenchError) in try body(subject) }
  }
}
