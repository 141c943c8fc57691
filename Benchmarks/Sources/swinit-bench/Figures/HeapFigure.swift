import Glibc

/// The heap allocations of swinit as PID 1 once the command runs: orphans, signals, and an end with leftovers.
struct HeapFigure: Figure {
  let name = "heap"

  /// Every way to the heap: C's, and Swift's own, which end in C's.
  static let functions = [
    "malloc", "calloc", "realloc", "reallocarray", "posix_memalign", "aligned_alloc", "memalign", "__libc_malloc",
    "swift_slowAlloc", "swift_allocObject",
  ]

  func measure(in laboratory: Laboratory) throws(BenchError) -> [Row] {
    laboratory.progress.show("heap: gdb")
    guard let path = Files.absolute(laboratory.debugBinary) else {
      throw .unavailable(reason: "there is no \(laboratory.debugBinary)")
    }
    let subject = Subject(name: Subject.swinit, path: path, subreaperOption: nil)
    let instance = try Instance(subject, laboratory.payloads.exercise, place: .pid1, options: ["--grace", "1s"])
    let debugger = try Debugger(instance.pid, program: path, counting: HeapFigure.functions)
    instance.channel.send(.go)
    try instance.channel.expect(.done, from: subject.name)
    for _ in 0..<4 {
      for signal in [SIGUSR1, SIGUSR2, SIGHUP, SIGWINCH, SIGCONT] {
        guard kill(instance.pid, signal) == 0 else { throw .system(call: "kill", errno: errno) }
        try instance.channel.expect(.signaled, from: subject.name, milliseconds: 5000)
      }
    }
    let code = try instance.end()
    let calls = debugger.finish()
    guard !calls.isStripped else { throw .unavailable(reason: "\(laboratory.debugBinary) has no symbols") }
    guard code == 0 else { throw .exitCode(subject: subject.name, expected: 0, got: code) }
    var samples = Samples()
    samples.add(Double(calls.counts.values.reduce(0, +)), of: subject.name)
    let found = calls.counts.keys.sorted().joined(separator: ", ")
    laboratory.progress.note("heap: breakpoints on \(found.isEmpty ? "nothing: the program has no allocator" : found)")
    return [Row("heap", "heap calls once the command runs", unit: "", samples, bounds: [.value(0)])]
  }
}
