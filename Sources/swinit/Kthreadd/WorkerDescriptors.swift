import Boot
import Sys
import Wire

/// What a worker's program inherits beside its three streams: descriptors that were kept for it, from 3 on, as sd_listen_fds(3) has it,
/// the one that it writes its readiness to, and its stop notice.
struct WorkerDescriptors {
  /// -1: none.
  private(set) var notice: Int32 = -1
  private var readiness: Int32 = -1
  private var stored: [Int32] = []
  /// Of the stored ones, each with a ':' behind it.
  private let names: Text

  /// In the order in which kthreadd lends them.
  init(_ passed: [Int32], _ names: Text, _ specification: Specification) {
    self.names = names
    for descriptor in passed {
      if specification.stopNotice != nil, notice < 0 {
        notice = descriptor
      } else if specification.readiness == .descriptor, readiness < 0 {
        readiness = descriptor
      } else {
        stored.append(descriptor)
      }
    }
  }

  /// Gives each the number that the program expects. Whatever has one of these makes room: the channel too.
  mutating func place(_ specification: Specification, _ channel: inout Int32) throws(Errno) {
    guard !stored.isEmpty || readiness >= 0 else { return }
    var last = max(2 + Int32(stored.count), specification.stopNotice ?? 2)
    if let number = specification.notificationDescriptor { last = max(last, number) }
    channel = try FileDescriptor.owning(channel).moved(above: last).release()
    if notice >= 0 { notice = try FileDescriptor.owning(notice).moved(above: last).release() }
    if readiness >= 0 { readiness = try FileDescriptor.owning(readiness).moved(above: last).release() }
    for index in stored.indices { stored[index] = try FileDescriptor.owning(stored[index]).moved(above: last).release() }
    for index in stored.indices { try FileDescriptor.place(stored[index], at: 3 + Int32(index)) }
    if readiness >= 0, let number = specification.notificationDescriptor { try FileDescriptor.place(readiness, at: number) }
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
    environment.set("LISTEN_FDNAMES", names.dropLast())
  }

  /// The program keeps them, and nothing else.
  func passOn(_ specification: Specification) {
    for index in stored.indices { FileDescriptor.letInherit(3 + Int32(index)) }
    if readiness >= 0, let number = specification.notificationDescriptor { FileDescriptor.letInherit(number) }
    if let number = specification.stopNotice { FileDescriptor.letInherit(number) }
  }
}

extension Specification {
  /// Why this is refused, for people; fits behind the place where it stands.
  @inline(never)
  func words(_ refusal: WireError) -> Message {
    guard refusal == .field(Tag.notificationDescriptor) else { return "'\(name)' is no name for a worker" }
    return """
      the numbers of NotificationFD= and X-ShouldStopFD= have to differ, and to be \(3 + storeMaximum) or more, behind the descriptors \
      of FileDescriptorStoreMax=\(storeMaximum)
      """
  }
}
