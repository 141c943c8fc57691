import Boot
import Supervision
import Sys
import Wire

/// What a worker's program inherits beside its three streams: descriptors that were kept for it, from 3 on, as sd_listen_fds(3) has it,
/// and the one that it writes its readiness to.
struct WorkerDescriptors {
  private var stored: [Int32] = []
  /// Of the stored ones, with ':' between them.
  private var names: [UInt8] = []
  private var readiness: Int32 = -1

  enum Outcome { case taken, other }

  /// Takes what came with a frame, if it is one with descriptors.
  mutating func take(_ frame: FrameReader, _ received: Packet.Received) -> Outcome {
    guard frame.kind == Handover.kind else { return .other }
    var named = 0
    try? frame.forEach { (field) throws(WireError) in
      names.append(contentsOf: field.value.bytes)
      names.append(UInt8(ascii: ":"))
      named += 1
    }
    for index in 0..<received.descriptorCount {
      if index < named { stored.append(received.descriptors[index]) } else { readiness = received.descriptors[index] }
    }
    return .taken
  }

  /// Gives each the number that the program expects. Whatever has one of these makes room: the channel too.
  mutating func place(_ specification: Specification, _ channel: inout Int32) throws(Errno) {
    guard !stored.isEmpty || readiness >= 0 else { return }
    let end = max(3 + Int32(stored.count), (specification.notificationDescriptor ?? 2) + 1)
    channel = try FileDescriptor.move(channel, toAtLeast: end)
    for index in stored.indices where stored[index] < end {
      stored[index] = try FileDescriptor.move(stored[index], toAtLeast: end)
    }
    if readiness >= 0, readiness < end { readiness = try FileDescriptor.move(readiness, toAtLeast: end) }
    for index in stored.indices {
      try FileDescriptor.move(stored[index], to: 3 + Int32(index))
      stored[index] = 3 + Int32(index)
    }
    if readiness >= 0, let number = specification.notificationDescriptor {
      try FileDescriptor.move(readiness, to: number)
      readiness = number
    }
  }

  /// LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES; those that came from outside are not for this program.
  func announce(in environment: inout Environment) {
    environment.remove("LISTEN_FDS")
    environment.remove("LISTEN_PID")
    environment.remove("LISTEN_FDNAMES")
    guard !stored.isEmpty else { return }
    let count: Message = "\(stored.count)"
    let process: Message = "\(ProcessID.current)"
    count.withBytes { environment.set("LISTEN_FDS", Text($0)) }
    process.withBytes { environment.set("LISTEN_PID", Text($0)) }
    names.withUnsafeBufferPointer { environment.set("LISTEN_FDNAMES", Text($0).dropLast()) }
  }

  /// The program keeps them, and nothing else.
  func passOn() {
    for descriptor in stored { FileDescriptor.inherit(descriptor) }
    if readiness >= 0 { FileDescriptor.inherit(readiness) }
  }
}

extension Specification {
  /// Why this is refused, for people; fits behind the place where it stands.
  @inline(never)
  func words(_ refusal: WireError) -> Message {
    guard refusal == .field(Tag.notificationDescriptor), let notificationDescriptor else {
      return "'\(name)' is no name for a worker"
    }
    return """
      bad value '\(notificationDescriptor)' for NotificationFD: expected \(3 + storeMaximum) or more, behind the descriptors of \
      FileDescriptorStoreMax=\(storeMaximum)
      """
  }
}
