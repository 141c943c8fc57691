import Boot
import Supervision
import Sys
import Units
import Wire

/// PID 2: this program once more, by the name `kthreadd`, with a socket to PID 1 on descriptor 3.
enum Kthreadd {
  static let name: StaticString = "kthreadd"
  static let directory: CString = "/etc/swinit/workers.d"
  static let channel: Int32 = 3

  /// `make core` builds without it, for an initramfs.
  @inline(__always)
  static var isBuiltIn: Bool {
    #if CORE
      false
    #else
      true
    #endif
  }

  /// The part of kthreadd that these words ask for, until its end; nil: none.
  static func runAsPart(_ arguments: SpawnRequest.Vector, _ environment: Environment) -> Int32? {
    guard isBuiltIn, let word = arguments[0] else { return nil }
    if CString(at: UnsafePointer(word)).text.baseName == Swctl.name { return Swctl.run(arguments, environment) }
    guard isAsked(arguments) else { return nil }
    Panic.role = .part
    return run(arguments, environment)
  }

  /// Whether these are the words that PID 1 starts it with.
  static func isAsked(_ arguments: SpawnRequest.Vector) -> Bool {
    guard let word = arguments[0], CString(at: UnsafePointer(word)).text == name, arguments[1] != nil else { return false }
    return ProcessID.current != .initProcess
  }

  /// The words, in memory that is never given back: `kthreadd GRACE VERBOSITY BEAT GROUP`.
  static func words(_ configuration: Configuration, _ verbosity: Supervisor.Setting.Verbosity) -> SpawnRequest.Vector {
    return Environment.vector(of: [
      CString(stringLiteral: name), word(configuration.policy.grace), verbosity == .everything ? "1" : "0",
      word(Keeper.Heartbeat(configuration.heartbeat)?.half), word(number: configuration.controlGroup.map { Int($0) }),
    ])
  }

  private static func word(_ time: Interval?) -> CString { word(number: time.map { Int($0.milliseconds) }) }

  @inline(never)
  private static func word(number: Int?) -> CString {
    let digits: Message = "\(number ?? -1)"
    return digits.withBytes { CString(copying: Text($0)) }
  }

  static func run(_ arguments: SpawnRequest.Vector, _ environment: Environment) -> Int32 {
    if let word = word(1, arguments), word.text == "--version" {
      let line: Message = "\(Generation.line(Version.text))\n"
      try? line.write(to: .output)
      return 0
    }
    Attributes.setName("kthreadd")
    // Of one that was here before, in this process, nothing is left but PID 1's socket.
    FileDescriptor.closeAll(from: channel + 1)
    SignalQueue.block(SignalState.queued)
    // What PID 1 was started with ignored is its command's, not a worker's.
    Attributes.resetSignals()
    _ = SignalQueue.catchFaults(Panic.handler)
    try? Host.becomeSubreaper()
    try? Host.changeDirectory(to: "/")
    let log = Log()
    let grace = word(1, arguments).flatMap { $0.text.decimal(upTo: 1 << 40) }
    var setting = Supervisor.Setting(
      environment: NativeParser.withoutVariables(environment).vector(),
      grace: grace.map { Interval.milliseconds(Int64($0)) } ?? Interval(nanoseconds: .max), thread: WorkerStart.run)
    if let verbosity = word(2, arguments), verbosity.text == "1" { setting.verbosity = .everything }
    setting.arguments = arguments
    if let beat = word(3, arguments)?.text.decimal(upTo: 1 << 40) { setting.beat = .milliseconds(Int64(beat)) }
    setting.controlGroup = word(4, arguments).flatMap { $0.text.decimal(upTo: Int(UInt32.max) - 1) }.map { UInt32($0) }
    Attributes.closeOnExec(from: 3)
    // What follows grows with the workers, and nothing of it is a new process's.
    Slab.begin()
    do throws(Errno) {
      let channel = try FileDescriptor.duplicate(channel)
      FileDescriptor.close(Kthreadd.channel)
      let supervisor = try Supervisor(custody: channel, setting)
      return supervisor.run(supervisor.hasBooted ? [] : definitions(log, supervisor))
    } catch {
      log.fatal("kthreadd cannot begin: \(error)")
      return 1
    }
  }

  private static func word(_ index: Int, _ arguments: SpawnRequest.Vector) -> CString? {
    for place in 1...index where arguments[place] == nil { return nil }
    return arguments[index].map { CString(at: UnsafePointer($0)) }
  }

  /// What the files in /etc/swinit/workers.d define, in the order of their names.
  private static func definitions(_ log: Log, _ supervisor: Supervisor) -> [Specification] {
    var names: [CString] = []
    try? Directory.forEach(in: directory) { name in
      if worker(of: name) != nil { names.append(CString(copying: name)) }
    }
    sort(&names)
    var result: [Specification] = []
    for name in names {
      guard let worker = worker(of: name.text), supervisor.mayRead(definitionOf: worker) else { continue }
      let path = CString(copying: directory.text, Text("/"), name.text)
      if let error = FileDescriptor.readingError(of: path) {
        log.warning("\(path): cannot be read: \(error)")
        continue
      }
      let definition = Definition(FileDescriptor.text(of: path)) { line, message in
        if line > 0 { log.warning("\(path):\(line): \(message)") } else { log.warning("\(path): \(message)") }
      }
      guard let definition else { continue }
      let specification = Specification(definition, name: worker)
      if specification.refusal == nil {
        result.append(specification)
      } else {
        log.warning("\(path): '\(worker)' is no name for a worker")
      }
    }
    return DefinitionOrder(result, log).definitions
  }

  /// The worker's name of a definition's file: NAME.service.
  private static func worker(of file: Text) -> Text? {
    let suffix = Text(".service")
    guard file.count > suffix.count, file.dropFirst(file.count - suffix.count) == suffix, file[0] != UInt8(ascii: ".") else {
      return nil
    }
    return file.dropLast(suffix.count)
  }

  /// By bytes. There are few.
  private static func sort(_ names: inout [CString]) {
    for index in names.indices.dropFirst() {
      var place = index
      while place > 0, names[place].text.bytes.lexicographicallyPrecedes(names[place - 1].text.bytes) {
        names.swapAt(place, place - 1)
        place -= 1
      }
    }
  }
}
