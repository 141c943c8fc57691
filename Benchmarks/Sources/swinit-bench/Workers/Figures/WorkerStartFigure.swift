import Foundation

/// From a request to the worker's first instruction: a new worker, and one that is there and asleep.
struct WorkerStartFigure: WorkerFigure {
  let name = "start"
  /// Of a peer's workers each is started once, because a second start so soon is another thing: runit waits for a second before it.
  static let peerStarts = 40

  func measure(in laboratory: WorkerLaboratory) throws(BenchError) -> [Row] {
    let bare = try BareStarter(laboratory.payloads)
    var peers: [(WorkerSystem, any WorkerClient)] = []
    var own: SwinitClient?
    for system in laboratory.systems {
      laboratory.progress.show("start: \(system.name)")
      let client = try laboratory.begin(system)
      if let client = client as? SwinitClient { own = client } else { peers.append((system, client)) }
      for index in 0..<Self.peerStarts { try client.define(WorkerName(text: "once\(index)")) }
      try client.container.quiet(system.name)
    }
    guard let own else { throw .unavailable(reason: "swinit is not measured") }
    var start = Samples()
    var wake = Samples()
    let warmUp = 20
    let rounds = laboratory.extent.rounds
    var peerRound = 0
    for round in -warmUp..<rounds {
      if round % 20 == 0 { laboratory.progress.show("start: round \(round + 1) of \(rounds)") }
      for turn in [0, 1, 2].shuffled() {
        let (subject, time): (String, Int64) =
          switch turn {
          case 0: (Subject.swinit, try startOne(own, round))
          case 1: (Subject.forkAndExec, try bare.start(.forkAndExec))
          default: (Subject.posixSpawn, try bare.start(.posixSpawn))
          }
        if round >= 0 { start.add(Double(time) / 1000, of: subject) }
      }
      let woken = try wakeOne(own, round)
      if round >= 0 { wake.add(Double(woken) / 1000, of: Subject.swinit) }
      // Their starts are spread over the rounds.
      guard round >= 0, peerRound < Self.peerStarts, round * Self.peerStarts / rounds >= peerRound else { continue }
      for (system, client) in peers.shuffled() {
        let began = try client.start(WorkerName(text: "once\(peerRound)"))
        start.add(Double(try client.container.stamps.next(system.name) - began) / 1000, of: system.name)
      }
      peerRound += 1
    }
    return [
      Row(
        "workers.start", "create to the first instruction", unit: "µs", digits: 1, start, in: .workers,
        bounds: [.ratioToReference(1.5), .value(1500)]),
      Row("workers.wake", "wake to the first instruction", unit: "µs", digits: 1, wake, in: .workers, bounds: [.value(500)]),
    ]
  }

  private func startOne(_ client: SwinitClient, _ round: Int) throws(BenchError) -> Int64 {
    let name = WorkerName(text: "run\(round &+ 1000)")
    let began = try client.start(name)
    let first = try client.container.stamps.next(Subject.swinit)
    try client.settle(name)
    return first - began
  }

  private func wakeOne(_ client: SwinitClient, _ round: Int) throws(BenchError) -> Int64 {
    let name = WorkerName(text: "wake\(round &+ 1000)")
    _ = try client.ask(.create, name)
    try client.expect("create")
    usleep(200)
    let began = try client.ask(.wake, name)
    try client.expect("wake")
    let first = try client.container.stamps.next(Subject.swinit)
    try client.settle(name)
    return first - began
  }
}
