import ArgumentParser
import Foundation

/// The command line.
@main
struct SwvmBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swvm-bench", abstract: "Measures swvm run against the bare kernel with an init that does nothing.",
    discussion: "In every round each subject runs once, in an order that is drawn anew. TCG, so that it is the same everywhere.")

  @Option(help: "The swvm to measure.") var swvm = "build/swvm"
  @Option(help: "swinit's static binary.") var swinit = "build/swinit"
  @Option(help: "A directory with a kernel, as scripts/kernel makes it.") var kernel = "build/kernel"
  @Option(help: "Rounds.") var rounds = 11
  @Option(help: "virtme-ng's virtme-run, to measure the same work with it.") var virtmeRun: String?
  @Option(help: "Write the results to this JSON file.") var json: String?

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be 1 or more.") }
  }

  func run() throws {
    let subjects = try Subject.all(self)
    var samples: [String: [Double]] = [:]
    for round in 0..<rounds {
      for subject in subjects.shuffled() {
        for (name, value) in try subject.run() { samples[name, default: []].append(value) }
      }
      FileHandle.standardError.write(Data("\rround \(round + 1) of \(rounds)".utf8))
    }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
    let results = Results(samples)
    print(results.table, terminator: "")
    if let json { try results.json.write(toFile: json, atomically: true, encoding: .utf8) }
  }
}
