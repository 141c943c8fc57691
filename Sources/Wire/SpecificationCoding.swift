import Sys

extension Specification {
  /// Adds what is not the default.
  public func add(to frame: inout FrameBuilder) {
    frame.add(Tag.name, name)
    for word in arguments { frame.add(Tag.argument, word) }
    for word in environment { frame.add(Tag.variable, word) }
    for word in environmentFiles { frame.add(Tag.variableFile, word) }
    if let directory { frame.add(Tag.directory, directory) }
    if let user { frame.add(Tag.user, user) }
    if let group { frame.add(Tag.group, group) }
    for word in supplementaryGroups { frame.add(Tag.supplementaryGroup, word) }
    frame.add(Tag.readiness, UInt64(readiness.rawValue))
    if notifyAccess != .main { frame.add(Tag.notifyAccess, UInt64(notifyAccess.rawValue)) }
    frame.add(Tag.restart, UInt64(restart.rawValue))
    add(Tag.restartDelay, restartDelay, &frame)
    add(Tag.startTimeout, startTimeout, &frame)
    add(Tag.stopTimeout, stopTimeout, &frame)
    add(Tag.watchdog, watchdog, &frame)
    if stopSignal != .terminate { frame.add(Tag.stopSignal, UInt64(stopSignal.rawValue)) }
    if essential != .no { frame.add(Tag.essential, UInt64(essential.rawValue)) }
    for word in after { frame.add(Tag.after, word) }
    for word in requires { frame.add(Tag.requires, word) }
    for limit in limits { Specification.add(limit, &frame) }
    if let nice { frame.add(Tag.nice, signed: Int64(nice)) }
    if let oomScore { frame.add(Tag.oomScore, signed: Int64(oomScore)) }
    if let umask { frame.add(Tag.umask, UInt64(umask)) }
    if let processors { frame.add(Tag.processors, processors) }
    add(Tag.ambient, ambient, &frame)
    add(Tag.bounding, bounding, &frame)
    add(Tag.inheritable, inheritable, &frame)
    if privileges != .asProgramsHave { frame.add(Tag.privileges, UInt64(privileges.rawValue)) }
    if output != .lines { frame.add(Tag.output, UInt64(output.rawValue)) }
    if input != .null { frame.add(Tag.input, UInt64(input.rawValue)) }
    add(Tag.stopNotice, stopNotice.map { UInt64($0) }, &frame)
    add(Tag.memoryMaximum, memoryMaximum, &frame)
    add(Tag.taskMaximum, taskMaximum, &frame)
    add(Tag.processorWeight, processorWeight, &frame)
    add(Tag.memoryHigh, memoryHigh, &frame)
    add(Tag.processorQuota, processorQuota, &frame)
    if let outputPath { frame.add(Tag.outputPath, outputPath) }
    add(Tag.logSize, logSize, &frame)
    add(Tag.logFiles, logFiles, &frame)
  }

  @inline(never)
  private func add(_ tag: UInt16, _ value: UInt64?, _ frame: inout FrameBuilder) {
    if let value { frame.add(tag, value) }
  }

  private func add(_ tag: UInt16, _ value: Interval?, _ frame: inout FrameBuilder) {
    add(tag, value.map { UInt64(clamping: $0.nanoseconds) }, &frame)
  }

  private static func add(_ limit: Limit, _ frame: inout FrameBuilder) {
    var memory = InlineArray<17, UInt8>(repeating: limit.resource)
    for index in 0..<8 {
      memory[1 + index] = UInt8(truncatingIfNeeded: limit.soft >> UInt64(8 * index))
      memory[9 + index] = UInt8(truncatingIfNeeded: limit.hard >> UInt64(8 * index))
    }
    memory.span.withUnsafeBufferPointer { frame.add(Tag.limit, Text($0)) }
  }

  /// Reads the definition in a frame; fields that are not of one are left alone.
  public init(_ frame: FrameReader) throws(WireError) {
    self.init()
    var result = Specification()
    try frame.forEach { (field) throws(WireError) in try result.read(field) }
    if let refusal = result.refusal { throw refusal }
    self = result
  }

  private mutating func read(_ field: FrameReader.Field) throws(WireError) {
    switch field.tag {
    case Tag.name: name = try field.text()
    case Tag.argument: arguments.append(try field.text())
    case Tag.variable: environment.append(try Specification.variable(field))
    case Tag.variableFile: environmentFiles.append(try field.text())
    case Tag.directory: directory = try field.text()
    case Tag.user: user = try field.text()
    case Tag.group: group = try field.text()
    case Tag.supplementaryGroup: supplementaryGroups.append(try field.text())
    case Tag.after: after.append(try field.text())
    case Tag.requires: requires.append(try field.text())
    case Tag.processors: processors = try field.text()
    case Tag.limit: limits.append(try Specification.limit(field))
    case Tag.readiness: readiness = try Specification.value(field)
    case Tag.notifyAccess: notifyAccess = try Specification.value(field)
    case Tag.restart: restart = try Specification.value(field)
    case Tag.essential: essential = try Specification.value(field)
    case Tag.privileges: privileges = try Specification.value(field)
    case Tag.output: output = try Specification.value(field)
    case Tag.input: input = try Specification.value(field)
    case Tag.stopNotice: stopNotice = try Specification.noticeNumber(field)
    case Tag.restartDelay: restartDelay = try Specification.interval(field)
    case Tag.startTimeout: startTimeout = try Specification.interval(field)
    case Tag.stopTimeout: stopTimeout = try Specification.interval(field)
    case Tag.watchdog: watchdog = try Specification.interval(field)
    case Tag.stopSignal:
      guard let signal = Signal(number: Int(try field.number(upTo: UInt64(Signal.last)))) else { throw .field(field.tag) }
      stopSignal = signal
    case Tag.nice: nice = Int(try field.signed())
    case Tag.oomScore: oomScore = Int(try field.signed())
    case Tag.umask: umask = UInt32(try field.number(upTo: 0o7777))
    case Tag.ambient: ambient = try field.number()
    case Tag.bounding: bounding = try field.number()
    case Tag.inheritable: inheritable = try field.number()
    case Tag.memoryMaximum: memoryMaximum = try field.number()
    case Tag.taskMaximum: taskMaximum = try field.number()
    case Tag.processorWeight: processorWeight = try field.number()
    case Tag.memoryHigh: memoryHigh = try field.number()
    case Tag.processorQuota: processorQuota = try field.number()
    case Tag.outputPath: outputPath = try Specification.path(field)
    case Tag.logSize: logSize = try field.number()
    case Tag.logFiles: logFiles = try field.number(upTo: 100)
    default: break
    }
  }

  private static func value<Value: RawRepresentable>(_ field: FrameReader.Field) throws(WireError) -> Value
  where Value.RawValue == UInt8 {
    guard let value = Value(rawValue: UInt8(try field.number(upTo: 255))) else { throw .field(field.tag) }
    return value
  }

  private static func interval(_ field: FrameReader.Field) throws(WireError) -> Interval {
    Interval(nanoseconds: Int64(try field.number(upTo: UInt64(Int64.max))))
  }

  private static func path(_ field: FrameReader.Field) throws(WireError) -> Text {
    let text = try field.text()
    guard text.hasPrefix("/") else { throw .field(field.tag) }
    return text
  }

  private static func noticeNumber(_ field: FrameReader.Field) throws(WireError) -> Int32 {
    let number = try field.number(upTo: UInt64(lastNotice))
    guard number >= 3 else { throw .field(field.tag) }
    return Int32(number)
  }

  private static func variable(_ field: FrameReader.Field) throws(WireError) -> Text {
    let text = try field.text()
    guard let (name, _) = text.cut(at: UInt8(ascii: "=")), !name.isEmpty else { throw .field(field.tag) }
    return text
  }

  private static func limit(_ field: FrameReader.Field) throws(WireError) -> Limit {
    guard field.value.count == 17 else { throw .field(field.tag) }
    var soft: UInt64 = 0
    var hard: UInt64 = 0
    for index in 0..<8 {
      soft |= UInt64(field.value[1 + index]) << UInt64(8 * index)
      hard |= UInt64(field.value[9 + index]) << UInt64(8 * index)
    }
    return Limit(resource: field.value[0], soft: soft, hard: hard)
  }
}
