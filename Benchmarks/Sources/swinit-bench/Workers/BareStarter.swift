import CBench
import Foundation

/// A small program that starts workers by fork and exec, or by posix_spawn, and does nothing else.
final class BareStarter {
  enum Way: UInt8 {
    case forkAndExec = 0x46
    case posixSpawn = 0x50
  }

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let stamps: Stamps

  init(_ payloads: Payloads) throws(BenchError) {
    stamps = try Stamps("\(payloads.directory)/stamp.\(UUID().uuidString)")
    process.executableURL = URL(fileURLWithPath: payloads.bareStarter.path)
    process.arguments = [payloads.firstInstruction.path, stamps.path]
    process.standardInput = input
    process.standardOutput = output
    do { try process.run() } catch { throw .unavailable(reason: "\(error)") }
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// From right before the fork to the first instruction, in nanoseconds.
  func start(_ way: Way) throws(BenchError) -> Int64 {
    var letter = way.rawValue
    guard write(input.fileHandleForWriting.fileDescriptor, &letter, 1) == 1 else { throw .system(call: "write", errno: errno) }
    var began: Int64 = 0
    guard read(output.fileHandleForReading.fileDescriptor, &began, 8) == 8 else {
      throw .unavailable(reason: "\(process.executableURL?.path ?? "") has ended")
    }
    return try stamps.next("bare") - began
  }
}
