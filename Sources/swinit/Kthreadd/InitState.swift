import Boot
import Supervision
import Sys

/// What PID 1 hands over to the program that it executes in its own place, at an upgrade and after a fault: numbers of a fixed form in a file of no name, behind them two
/// texts, what is kept of each worker, and `KeptNumbers`. `Generation.state` is raised with every change of it.
struct InitState: BitwiseCopyable {
  static let magic: UInt32 = 0x3155_5753  // "SWU1"
  /// In the environment between the two executions, and nowhere else.
  static let variable: StaticString = "SWINIT_STATE"

  var magic = InitState.magic
  var version = UInt32(Generation.state)
  var process = ProcessID.current.rawValue
  /// What ps(1) shows.
  var name: InlineArray<2, UInt64> = [0, 0]

  // The command.
  /// 0: there is none, the container is its workers.
  var command: Int32 = 0
  var hasTimedOut: Int32 = 0
  var isEndingForWorker: Int32 = 0
  var orphans: Int64 = 0
  var blocked: UInt64 = 0
  var ignored: UInt64 = 0
  var life = Lifecycle.Snapshot()
  var started: Int64 = 0
  /// -1: not known.
  var oomKills: Int64 = -1

  // What is kept.
  var kept = Keeper.State()

  // Behind it.
  var directoryLength: Int32 = 0
  var commandLength: Int32 = 0

  static let size = MemoryLayout<InitState>.size

  /// Writes all of it to a new file, which the next program has open. `texts` are the directory that hooks run in, and the command.
  func write(_ directory: Text, _ command: Text, _ kept: InlineArray<3, UnsafeRawBufferPointer>) throws(Errno) -> Int32 {
    var state = self
    state.directoryLength = Int32(directory.count)
    state.commandLength = Int32(command.count)
    let file = try SharedMemory.create(size: 0)
    var failure: Errno?
    withUnsafeBytes(of: &state) { bytes in
      do throws(Errno) { try file.write(all: bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    try file.write(all: UnsafeRawBufferPointer(directory.bytes))
    try file.write(all: UnsafeRawBufferPointer(command.bytes))
    for part in kept.indices { try file.write(all: kept[part]) }
    return file.release()
  }

  /// What an execution of this program has got from the one before it.
  struct Taken {
    let state: InitState
    let directory: CString?
    let command: CString
    /// Where in the file what is kept begins; it is closed when that was read.
    let file: Int32
    var offset: Int
  }

  nonisolated(unsafe) static var taken: Taken?

  /// Takes the variable out of the environment, and what it stands for. One that means nothing here is somebody's own.
  static func take(_ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
    var place = 0
    while let variable = environment[place] {
      if let (name, value) = CString(at: UnsafePointer(variable)).text.cut(at: UInt8(ascii: "=")), name == InitState.variable,
        let number = value.decimal(upTo: Int(Int32.max)), let found = read(Int32(number))
      {
        taken = found
        repeat {
          environment[place] = environment[place + 1]
          place += 1
        } while environment[place] != nil
        return
      }
      place += 1
    }
  }

  static func read(_ file: Int32) -> Taken? {
    guard let bytes = FileDescriptor.read(from: file, at: 0, count: size) else { return nil }
    let state = bytes.withUnsafeBytes { $0.loadUnaligned(as: InitState.self) }
    guard state.magic == magic, state.version == UInt32(Generation.state), state.process == ProcessID.current.rawValue else {
      return nil
    }
    let texts = Int(state.directoryLength) + Int(state.commandLength)
    guard let text = FileDescriptor.read(from: file, at: UInt64(size), count: texts) else { return nil }
    let directory = Array(text[..<Int(state.directoryLength)])
    return Taken(
      state: state, directory: directory.isEmpty ? nil : CString(copying: directory),
      command: CString(copying: Array(text[Int(state.directoryLength)...])), file: file, offset: size + texts)
  }
}
