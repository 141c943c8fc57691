import CBench
import Glibc

/// From kill(2) on the init to the answer of its payload's signal handler over a socket.
struct SignalFigure: Figure {
  let name = "signal"

  func measure(in laboratory: Laboratory) throws(BenchError) -> [Row] {
    var instances: [String: Instance] = [:]
    for subject in laboratory.subjects {
      let instance = try Instance(subject, laboratory.payloads.steady, place: subject.path == nil ? .child : .pid1)
      try instance.settle()
      instances[subject.name] = instance
    }
    var latency = Samples()
    try laboratory.paired("signal", rounds: laboratory.extent.rounds, laboratory.subjects) { (subject) throws(BenchError) in
      guard let instance = instances[subject.name] else { return }
      let start = bench_now()
      guard kill(instance.pid, SIGUSR1) == 0 else { throw .system(call: "kill", errno: errno) }
      try instance.channel.expect(.signaled, from: subject.name, milliseconds: 5000)
      latency.add(Double(bench_now() - start) / 1000, of: subject.name)
    }
    for instance in instances.values { try instance.endInOrder() }
    return [Row("signal", "a signal to the payload's answer", unit: "µs", digits: 1, latency)]
  }
}
