import CBench
import Glibc

/// How a program ended, and what it took.
struct Finished {
  /// From right before clone(2) to right after wait4(2).
  let nanoseconds: Int64
  /// Page faults without input or output, of the program and of what it has waited for.
  let minorFaults: Int64
  let exitCode: Int32
}

/// A program with its arguments in the form of execve(2), made once and started many times.
final class Launcher {
  private let file: UnsafeMutablePointer<CChar>
  private let arguments: CStrings
  private let environment = CStrings(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"])
  private let null: Int32
  private let isPID1: Bool
  private let name: String

  init(_ subject: Subject, _ payload: Payload, place: Subject.Place, options: [String] = []) throws(BenchError) {
    null = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard null >= 0 else { throw .system(call: "/dev/null", errno: errno) }
    let invocation = subject.invocation(of: payload, in: place, options: options)
    file = strdup(invocation.file)
    arguments = CStrings(invocation.arguments)
    isPID1 = place == .pid1
    name = subject.name
  }

  deinit {
    free(file)
    close(null)
  }

  /// Starts it and waits for its end.
  func run() throws(BenchError) -> Finished {
    var command = command(channel: -1)
    var result = bench_exit()
    let error = bench_run(&command, &result)
    guard error == 0 else { throw .system(call: "start of \(name)", errno: error) }
    return Finished(
      nanoseconds: result.wall_nanoseconds, minorFaults: result.minor_faults, exitCode: bench_exit_code(result.wait_status))
  }

  /// Starts it.
  func start(channel: Channel) throws(BenchError) -> pid_t {
    var command = command(channel: channel.other)
    var pid: pid_t = 0
    let error = bench_start(&command, &pid)
    guard error == 0 else { throw .system(call: "start of \(name)", errno: error) }
    channel.closeOther()
    return pid
  }

  private func command(channel: Int32) -> bench_command {
    bench_command(
      file: file, arguments: arguments.pointers, environment: environment.pointers, null: null, channel: channel,
      new_pid_namespace: isPID1 ? 1 : 0)
  }
}

/// A NULL-terminated vector of C strings.
private final class CStrings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ strings: [String]) {
    count = strings.count
    pointers = .allocate(capacity: count + 1)
    for (index, string) in strings.enumerated() { (pointers + index).initialize(to: strdup(string)) }
    (pointers + count).initialize(to: nil)
  }

  deinit {
    for index in 0..<count { free(pointers[index]) }
    pointers.deallocate()
  }
}
