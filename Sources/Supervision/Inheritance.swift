import Sys

/// What PID 1 keeps for kthreadd, as a new one gets it: at the first start the table alone, after a death all that the last one had.
struct Inheritance {
  struct Kept {
    let slot: Int
    let process: Int32
    var status: Int32
    let output: Int32
    let channel: Int32
  }

  private(set) var memory: Int32 = -1
  private(set) var control: Int32 = -1
  private(set) var notify: Int32 = -1
  private(set) var program: Int32 = -1
  private(set) var heart: Int32 = -1
  /// Of this one's questions: answers to those of a kthreadd that was executed anew in their midst are thrown away.
  private let mark = Int32(truncatingIfNeeded: Instant.now.nanoseconds)
  private(set) var workers: [Kept] = []

  /// What is kept of workers beside their processes, in the order of their slots.
  private(set) var keepsakes: [Keepsake] = []

  /// Asks for all of it, page by page.
  init(_ custody: Int32) throws(Errno) {
    try ask(.hello, custody)
    guard memory >= 0, program >= 0 else { throw .badMessage }
    if control >= 0 { try ask(.helloMore, custody) }
  }

  private mutating func ask(_ kind: Custody.Kind, _ custody: Int32) throws(Errno) {
    var from = 0
    while from >= 0 {
      var entry = Custody.Entry(kind, slot: from)
      entry.spare = mark
      var failure: Errno?
      withUnsafeBytes(of: &entry) { bytes in
        do throws(Errno) { try Packet.send(bytes, over: custody) } catch { failure = error }
      }
      if let failure { throw failure }
      from = try receive(custody)
    }
  }

  /// Takes one page, and says where the next begins; -1: that was the last.
  private mutating func receive(_ custody: Int32) throws(Errno) -> Int {
    var next: Int?
    while next == nil {
      Socket.waitUntilReadable(custody)
      var page = InlineArray<120, UInt64>(repeating: 0)
      var span = page.mutableSpan
      var failure: Errno?
      span.withUnsafeMutableBytes { memory in
        do throws(Errno) {
          let received = try Packet.receive(into: memory, from: custody)
          guard received.count > 0 else { throw .brokenPipe }
          next = take(memory, received)
        } catch { if error != .again { failure = error } }
      }
      if let failure { throw failure }
    }
    return next ?? -1
  }

  private mutating func take(_ bytes: UnsafeMutableRawBufferPointer, _ received: Packet.Received) -> Int? {
    var next: Int?
    var descriptor = 0
    func takeDescriptor(_ part: Custody.Parts, _ parts: Custody.Parts) -> Int32 {
      guard parts.contains(part), descriptor < received.descriptorCount else { return -1 }
      defer { descriptor += 1 }
      return received.descriptors[descriptor]
    }
    let entries = received.count / Custody.entrySize
    if entries > 0 {
      let last = bytes.load(fromByteOffset: (entries - 1) * Custody.entrySize, as: Custody.Entry.self)
      if Custody.Kind(rawValue: last.kind) == .complete, last.spare != mark {
        received.closeDescriptors()
        return nil
      }
    }
    for index in 0..<entries {
      let entry = bytes.load(fromByteOffset: index * Custody.entrySize, as: Custody.Entry.self)
      let parts = Custody.Parts(rawValue: entry.parts)
      switch Custody.Kind(rawValue: entry.kind) {
      case .welcome:
        memory = takeDescriptor(.memory, parts)
        program = takeDescriptor(.program, parts)
        control = takeDescriptor(.control, parts)
        notify = takeDescriptor(.notify, parts)
        heart = takeDescriptor(.heart, parts)
      case .kept:
        workers.append(
          Kept(
            slot: Int(entry.slot), process: entry.process, status: entry.value, output: takeDescriptor(.output, parts),
            channel: takeDescriptor(.channel, parts)))
      case .ended:
        for place in workers.indices where workers[place].slot == Int(entry.slot) && workers[place].process == entry.process {
          workers[place].status = entry.value
        }
      case .keptMore:
        var kept = Keepsake(slot: Int(entry.slot))
        for part in 0..<Keepsake.partCount where entry.parts & 1 << UInt32(part) != 0 && descriptor < received.descriptorCount {
          kept.descriptors[part] = received.descriptors[descriptor]
          descriptor += 1
        }
        keepsakes.append(kept)
      case .complete: next = Int(entry.value)
      default: break
      }
    }
    return next
  }
}
