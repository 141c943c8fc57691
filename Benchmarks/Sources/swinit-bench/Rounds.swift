/// Something that has a name in the table.
protocol Named {
  var name: String { get }
}

/// Rounds of a paired measurement: in each round each subject has its turn once.
struct Rounds {
  private let what: String
  private let count: Int
  private let progress: Progress

  init(_ what: String, count: Int, _ progress: Progress) {
    self.what = what
    self.count = count
    self.progress = progress
  }

  /// Runs `body` once a round for each subject, in an order that is drawn for each round.
  func run<Each: Named>(_ subjects: [Each], _ body: (Each) throws(BenchError) -> Void) throws(BenchError) {
    for round in 0..<count {
      for subject in subjects.shuffled() {
        if count < 100 || round % 20 == 0 { progress.show("\(what): round \(round + 1) of \(count), \(subject.name)") }
        try body(subject)
      }
    }
  }
}
