import CBench
import Glibc

/// A running init with a payload that is ready. It is killed, and with it its namespace, when this object goes.
final class Instance {
  let subject: Subject
  let pid: pid_t
  let channel: Channel
  private var isRunning = true

  var facts: ProcessFacts { ProcessFacts(pid: pid) }

  /// Starts it and waits until its payload says that it is ready.
  init(_ subject: Subject, _ payload: Payload, place: Subject.Place, options: [String] = []) throws(BenchError) {
    self.subject = subject
    channel = try Channel()
    pid = try Launcher(subject, payload, place: place, options: options).start(channel: channel)
    try channel.expect(.ready, from: subject.name, milliseconds: 10_000)
  }

  deinit {
    guard isRunning else { return }
    kill(pid, SIGKILL)
    var status: Int32 = 0
    _ = bench_wait(pid, &status)
  }

  /// Waits until PID 1 sleeps and has not run for a while.
  func settle(milliseconds: UInt32 = 50) throws(BenchError) {
    for _ in 0..<100 {
      let before = try facts.contextSwitches()
      usleep(milliseconds * 1000)
      if try facts.state() == "S", try facts.contextSwitches() == before { return }
    }
    throw .timeout(subject: subject.name, what: "PID 1 to sleep")
  }

  /// Lets the payload end and gives the init's exit code.
  func end() throws(BenchError) -> Int32 {
    channel.send(.end)
    var status: Int32 = 0
    let error = bench_wait(pid, &status)
    isRunning = false
    guard error == 0 else { throw .system(call: "waitpid", errno: error) }
    return bench_exit_code(status)
  }

  /// As `end()`; throws `BenchError.exitCode` when it is not 0.
  func endInOrder() throws(BenchError) {
    let code = try end()
    guard code == 0 else { throw .exitCode(subject: subject.name, expected: 0, got: code) }
  }
}
