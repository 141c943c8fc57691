import CBench
import Foundation

/// SIGKILL of PID 2 with workers, until the control socket answers again; and that each of them is there, once. Nobody else does it.
struct WorkerLossFigure: WorkerFigure {
  let name = "loss"

  func measure(in laboratory: WorkerLaboratory) throws(BenchError) -> [Row] {
    guard case .swinit(let path)? = laboratory.systems.first else { throw .unavailable(reason: "swinit is not measured") }
    let client = try SwinitClient(path, laboratory.payloads)
    let count = laboratory.extent.workers
    for index in 0..<count {
      _ = try client.start(WorkerName(text: "stay\(index)", staying: .yes))
      _ = try client.container.stamps.next(Subject.swinit)
    }
    var times = Samples()
    var lost = Samples()
    let workers = Set(client.container.workerProcesses)
    for round in 0..<laboratory.extent.longRounds {
      laboratory.progress.show("loss: round \(round + 1) of \(laboratory.extent.longRounds)")
      // PID 1 starts ten in a row at once, and then one a second.
      usleep(1_100_000)
      guard let kthreadd = client.kthreadd else { throw .timeout(subject: Subject.swinit, what: "kthreadd") }
      let began = bench_now()
      kill(kthreadd, SIGKILL)
      try client.connect()
      _ = try client.ask(.health, nil)
      _ = try client.answer()
      times.add(Double(bench_now() - began) / 1e6, of: Subject.swinit)
      let after = Set(client.container.workerProcesses)
      lost.add(Double(workers.symmetricDifference(after).count), of: Subject.swinit)
    }
    return [
      Row(
        "workers.loss", "KILL of PID 2 to an answer, \(count) workers", unit: "ms", digits: 2, times, in: .workers,
        bounds: [.value(10)]),
      Row("workers.lost", "workers lost or doubled by it", unit: "", lost, in: .workers, bounds: [.value(0)]),
      try command(path, client),
    ]
  }

  /// `swctl health` as a command, from its start to its end.
  private func command(_ path: String, _ client: SwinitClient) throws(BenchError) -> Row {
    let link = "\(path).d/swctl"
    try? FileManager.default.createDirectory(atPath: "\(path).d", withIntermediateDirectories: true)
    try? FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    let control = "\(path).d/control"
    try? FileManager.default.removeItem(atPath: control)
    try? FileManager.default.createSymbolicLink(
      atPath: control, withDestinationPath: client.container.path("/run/swinit/control"))
    setenv("SWINIT_CONTROL", control, 1)
    let words: [UnsafeMutablePointer<CChar>?] = [strdup("swctl"), strdup("health"), nil]
    defer { for word in words { free(word) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    var samples = Samples()
    for _ in 0..<100 {
      var process: pid_t = 0
      let began = bench_now()
      guard posix_spawn(&process, link, &actions, nil, words, environ) == 0 else { throw .system(call: link, errno: errno) }
      var status: Int32 = 0
      _ = bench_wait(process, &status)
      guard bench_exit_code(status) == 0 else {
        throw .exitCode(subject: "swctl health", expected: 0, got: bench_exit_code(status))
      }
      samples.add(Double(bench_now() - began) / 1e6, of: Subject.swinit)
    }
    return Row(
      "workers.health", "`swctl health`, start to end", unit: "ms", digits: 2, samples, in: .workers, bounds: [.value(5)])
  }
}
