import CBench
import Foundation

/// A supervisor as PID 1 of a pid namespace with a /run of its own. It is killed, and with it everything in there, when this object goes.
final class WorkerContainer {
  private let unshare: Process
  /// Its number here.
  let initProcess: Int32
  let stamps: Stamps
  private let workers: Set<String>

  /// `numbers`: the namespace's pid_max.
  init(_ command: [String], _ payloads: Payloads, numbers: Int? = nil) throws(BenchError) {
    stamps = try Stamps("\(payloads.directory)/stamp.\(UUID().uuidString)")
    workers = [payloads.firstInstruction.path, payloads.full.path]
    let limit = numbers.map { "echo \($0) >/proc/sys/kernel/pid_max; " } ?? ""
    unshare = Process()
    guard let tool = Files.search("unshare") else { throw .unavailable(reason: "unshare is not installed") }
    unshare.executableURL = URL(fileURLWithPath: tool)
    unshare.arguments =
      ["-pfm", "--propagation", "private", "--mount-proc", "--kill-child", "sh", "-c"]
      + ["mount -t tmpfs none /run && \(limit)exec \"$@\"", "sh"] + command
    unshare.standardInput = FileHandle.nullDevice
    unshare.standardOutput = FileHandle.nullDevice
    unshare.standardError = FileHandle.nullDevice
    do { try unshare.run() } catch { throw .unavailable(reason: "\(tool): \(error)") }
    let parent = unshare.processIdentifier
    var child: Int32?
    for _ in 0..<500 where child == nil {
      child = WorkerContainer.children(of: parent).first
      if child == nil { usleep(2000) }
    }
    guard let child else { throw .timeout(subject: command[0], what: "its start") }
    initProcess = child
  }

  deinit {
    kill(initProcess, SIGKILL)
    unshare.waitUntilExit()
  }

  /// A file in there.
  func path(_ path: String) -> String { "/proc/\(initProcess)/root\(path)" }

  static func children(of process: Int32) -> [Int32] {
    var result: [Int32] = []
    for task in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? [] {
      let text = (try? Files.text("/proc/\(process)/task/\(task)/children")) ?? ""
      result += text.split(separator: " ").compactMap { Int32($0) }
    }
    return result
  }

  /// All that run in there.
  var processes: [Int32] {
    var result = [initProcess]
    var next = 0
    while next < result.count {
      result += WorkerContainer.children(of: result[next])
      next += 1
    }
    return result
  }

  private static func program(of process: Int32) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe")
  }

  /// Those that are no workers.
  var supervisors: [Int32] { processes.filter { WorkerContainer.program(of: $0).map { !isWorker($0) } ?? false } }

  var workerProcesses: [Int32] { processes.filter { WorkerContainer.program(of: $0).map(isWorker) ?? false } }

  private func isWorker(_ program: String) -> Bool { workers.contains(program) || program.hasSuffix("/run") }

  /// PSS of the supervisor's processes together, in KB of 1024 bytes.
  func proportionalMemory() throws(BenchError) -> Int {
    var sum = 0
    for process in supervisors { sum += try ProcessFacts(pid: process).memory().proportional }
    return sum
  }

  func contextSwitches() throws(BenchError) -> Int {
    var sum = 0
    for process in supervisors { sum += try ProcessFacts(pid: process).contextSwitches() }
    return sum
  }

  /// Waits until nothing in there has run for a while.
  func quiet(_ what: String) throws(BenchError) {
    for _ in 0..<200 {
      let before = try contextSwitches()
      usleep(100_000)
      if try contextSwitches() == before { return }
    }
  }
}

/// A FIFO into which workers write the time of their first instruction.
final class Stamps {
  let path: String
  private let descriptor: Int32

  init(_ path: String) throws(BenchError) {
    self.path = path
    guard mkfifo(path, 0o622) == 0 else { throw .system(call: "mkfifo", errno: errno) }
    chmod(path, 0o622)
    descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(call: path, errno: errno) }
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  /// The next one, in nanoseconds of CLOCK_MONOTONIC.
  func next(_ subject: String, milliseconds: Int32 = 60_000) throws(BenchError) -> Int64 {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, milliseconds) > 0 else { throw .timeout(subject: subject, what: "a worker's first instruction") }
    var time = timespec()
    guard read(descriptor, &time, 16) == 16 else { throw .unreadable(path: path) }
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
