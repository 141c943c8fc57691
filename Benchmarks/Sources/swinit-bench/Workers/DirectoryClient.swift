import CBench
import Foundation

/// s6 and runit: a directory for each worker, and in it a FIFO that one letter is written to, as s6-svc and sv do. `run` is the payload
/// itself and no script, which is the best that they can do.
final class DirectoryClient: WorkerClient {
  let container: WorkerContainer
  private let system: WorkerSystem
  private let payloads: Payloads
  private let directory: String
  private var controls: [String: Int32] = [:]

  init(_ system: WorkerSystem, _ payloads: Payloads, numbers: Int? = nil) throws(BenchError) {
    self.system = system
    self.payloads = payloads
    directory = "\(payloads.directory)/\(system.name).\(UUID().uuidString)"
    do { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false) } catch {
      throw .unavailable(reason: "\(error)")
    }
    let command = system == .s6 ? ["s6-svscan", "-c", "500", "-t", "0", directory] : ["runsvdir", "-P", directory]
    container = try WorkerContainer(command, payloads, numbers: numbers)
  }

  deinit {
    for control in controls.values { close(control) }
    try? FileManager.default.removeItem(atPath: directory)
  }

  func define(_ name: WorkerName) throws(BenchError) { try define(name, payloads.firstInstruction, [:]) }

  func defineFull(_ name: WorkerName, seconds: Int) throws(BenchError) {
    try define(name, payloads.full, ["seconds": "\(seconds)"])
  }

  /// Makes its directory, and waits until somebody is there to read its FIFO.
  private func define(_ name: WorkerName, _ payload: Payload, _ files: [String: String]) throws(BenchError) {
    // Made beside the others, and moved there when it is whole.
    let place = "\(directory)/\(name.text)"
    let draft = "\(directory).\(name.text)"
    do {
      try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: false)
      try FileManager.default.createSymbolicLink(atPath: "\(draft)/run", withDestinationPath: payload.path)
      try FileManager.default.createSymbolicLink(atPath: "\(draft)/stamp", withDestinationPath: container.stamps.path)
      if name.staying == .yes { try "".write(toFile: "\(draft)/stays", atomically: false, encoding: .utf8) }
      for (file, text) in files { try text.write(toFile: "\(draft)/\(file)", atomically: false, encoding: .utf8) }
      try "".write(toFile: "\(draft)/down", atomically: false, encoding: .utf8)
      try FileManager.default.moveItem(atPath: draft, toPath: place)
    } catch { throw .unavailable(reason: "\(error)") }
    if system == .s6 { _ = try Tool("s6-svscanctl")?.run(["-a", directory]) }
    for _ in 0..<1500 {
      let control = open("\(place)/supervise/control", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
      if control >= 0 {
        controls[name.text] = control
        return
      }
      usleep(10_000)
    }
    throw .timeout(subject: system.name, what: "\(name.text) to be supervised")
  }

  func start(_ name: WorkerName) throws(BenchError) -> Int64 {
    guard let control = controls[name.text] else { throw .unavailable(reason: "\(name.text) is not defined") }
    var letter = UInt8(ascii: name.restarting == .atOnce ? "u" : "o")
    let time = bench_now()
    guard write(control, &letter, 1) == 1 else { throw .system(call: "\(system.name): control", errno: errno) }
    return time
  }
}
