import Foundation

/// What all figures of workers are measured with.
struct WorkerLaboratory {
  /// How much is measured.
  struct Extent: Encodable {
    let rounds: Int
    let longRounds: Int
    let workers: Int
    let many: Int
    let idleSeconds: Int
    let shortageSeconds: Int
  }

  let systems: [WorkerSystem]
  let payloads: Payloads
  let extent: Extent
  let progress: Progress

  /// Starts a supervisor.
  func begin(_ system: WorkerSystem, numbers: Int? = nil) throws(BenchError) -> any WorkerClient {
    switch system {
    case .swinit(let path): try SwinitClient(path, payloads, numbers: numbers)
    case .s6, .runit: try DirectoryClient(system, payloads, numbers: numbers)
    case .supervisord: try SupervisordClient(payloads, extent, numbers: numbers)
    }
  }
}

/// A supervisor of processes.
enum WorkerSystem: Named, Equatable {
  case swinit(String)
  case s6, runit, supervisord

  var name: String {
    switch self {
    case .swinit: Subject.swinit
    case .s6: "s6"
    case .runit: "runit"
    case .supervisord: "supervisord"
    }
  }

  static let peers: [WorkerSystem] = [.s6, .runit, .supervisord]

  /// Why it cannot be measured here.
  var absence: String? {
    let program =
      switch self {
      case .swinit(let path): path
      case .s6: "s6-svscan"
      case .runit: "runsvdir"
      case .supervisord: "supervisord"
      }
    return Files.search(program) ?? Files.absolute(program) == nil ? "\(program) is not installed" : nil
  }

  /// Why systemd cannot: tried with a directory of its own that holds one static program.
  static func systemdAbsence(_ payloads: Payloads) -> String {
    guard let tool = Tool("systemd-nspawn") else { return "systemd-nspawn is not installed" }
    let root = "\(payloads.directory)/nspawn"
    try? FileManager.default.createDirectory(atPath: "\(root)/usr", withIntermediateDirectories: true)
    try? FileManager.default.copyItem(atPath: payloads.firstInstruction.path, toPath: "\(root)/first")
    let words = [
      "--quiet", "--register=no", "--keep-unit", "--timezone=off", "--resolv-conf=off", "-D", root, "/first", "/dev/null",
    ]
    let answer = try? tool.run(words)
    guard let answer, answer.code == 0 else {
      let said = answer?.output.split(separator: "\n").first ?? ""
      return "systemd-nspawn does not run here (\(said))"
    }
    return "there is no root file system for it (see `machines` for systemd as an init)"
  }
}

/// A worker of a supervisor's.
struct WorkerName {
  let text: String
  /// Whether it waits for its end once it has told its first instruction.
  var staying = Staying.no
  /// Whether it is started again when it ends.
  var restarting = Restarting.no

  enum Staying { case no, yes }
  enum Restarting { case no, atOnce }
}

/// A running supervisor, and the harness as its client.
protocol WorkerClient: AnyObject {
  var container: WorkerContainer { get }
  /// Makes a worker known, which the supervisor then can start; for kthreadd there is nothing to be done before.
  func define(_ name: WorkerName) throws(BenchError)
  /// Asks for its start; returns right before the request goes.
  func start(_ name: WorkerName) throws(BenchError) -> Int64
  /// Makes a worker known that takes all process numbers for some seconds, and stamps both the begin and the end of that.
  func defineFull(_ name: WorkerName, seconds: Int) throws(BenchError)
}

/// A group of lines of the table of workers that are measured together.
protocol WorkerFigure: Sendable {
  /// The word for `--only`.
  var name: String { get }
  func measure(in laboratory: WorkerLaboratory) throws(BenchError) -> [Row]
}

enum WorkerFigures {
  static let all: [any WorkerFigure] = [
    WorkerStartFigure(), WorkerRestartFigure(), WorkerIdleFigure(), WorkerLossFigure(), WorkerManyFigure(),
    WorkerShortageFigure(),
  ]
}

extension Subject {
  static let forkAndExec = "fork+exec"
  static let posixSpawn = "posix_spawn"
}

extension Lineup {
  static let workers = Lineup(
    names: [Subject.swinit] + WorkerSystem.peers.map(\.name) + [Subject.forkAndExec, Subject.posixSpawn],
    reference: Subject.forkAndExec, bare: Subject.forkAndExec, others: [Subject.posixSpawn])
}
