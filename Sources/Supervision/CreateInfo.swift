public import Sys

/// What a process needs to become a worker, struct kthread_create_info. fork(2) copies it, and what it points to.
public struct CreateInfo {
  /// The worker's definition, as a frame.
  public let definition: Text
  /// Where it notifies, for NOTIFY_SOCKET.
  public let notify: Text
  public let environment: SpawnRequest.Vector
  /// RLIMIT_NOFILE unless its definition says something else: kthreadd has raised its own.
  public let descriptorLimit: UInt64
  /// The file by which it joins its cgroup, where it does not begin there; empty: it has none.
  let group: Text
  var joining = Joining.done
  let files: Fork.Files
  /// What it gets as its standard streams and, on 3, as the channel to kthreadd.
  let descriptors: InlineArray<4, Int32>
  /// What else it gets, to be placed by itself.
  let passed: UnsafeBufferPointer<Int32>
  /// Of those that were kept for it, each with a ':' behind it.
  public let names: Text

  /// Whether it begins in its cgroup, or has to go there by itself, because clone3(2) cannot be used: Docker's seccomp filter refuses it.
  public enum Joining: Sendable { case done, byItself }

  /// Long-lived descriptors of kthreadd have numbers from here on, those that are given to new processes below: a new process
  /// copies the lower part of the table and nothing else, so that it costs the same with ten thousand workers as with one. Where
  /// RLIMIT_NOFILE leaves no room for that, nothing is held apart.
  public static let lowDescriptors: Int32 = ((try? Attributes.limit(7))?.hard ?? 0) >= 512 ? 128 : 10
  /// kthreadd and a process that is to become a worker talk over this one.
  public static let channel: Int32 = 3

  /// Forks, into a cgroup's directory unless that is -1; the child goes on in `thread`. Nothing of kthreadd's heap may be used by the child before.
  @inline(never)
  mutating func fork(into group: Int32, _ thread: (CreateInfo) -> Never) throws(Errno) -> ProcessID {
    let result: Fork
    do throws(Errno) {
      result = try Fork.make(files, into: group >= 0 ? group : nil)
    } catch {
      guard group >= 0, error != .again, error != .noMemory else { throw error }
      joining = .byItself
      result = try Fork.make(files, into: nil)
    }
    switch result {
    case .child:
      Slab.leave()
      thread(self)
    case .parent(let process): return process
    }
  }

  /// The child's first step: its own descriptors, and none of kthreadd's. Returns under which numbers it has what was passed on.
  public func takeDescriptors() throws(Errno) -> [Int32] {
    var limit = CreateInfo.lowDescriptors
    for index in 0..<4 { limit = max(limit, descriptors[index] + 1) }
    for descriptor in passed { limit = max(limit, descriptor + 1) }
    try FileDescriptor.leaveTable(from: limit, files)
    for index in 0..<4 { try FileDescriptor.place(descriptors[index], at: Int32(index), index == 3 ? .closed : .open) }
    var numbers: [Int32] = []
    for descriptor in passed { numbers.append(try FileDescriptor.owning(descriptor).moved(above: limit - 1).release()) }
    FileDescriptor.close(from: 4, to: limit - 1)
    return numbers
  }

  /// Goes into the worker's cgroup, where it does not begin there.
  public func join() throws(Errno) {
    guard joining == .byItself, !group.isEmpty else { return }
    try FileDescriptor.write(Text("0"), to: CString(copying: group))
  }
}

/// The channel and the pipe of a worker that is still to come. They are made when there is nothing to do, so that a request need not wait
/// for that.
struct Plumbing {
  /// kthreadd's ends, with high numbers.
  private(set) var channel: Int32 = -1
  private(set) var log: Int32 = -1
  /// The worker's.
  private(set) var otherChannel: Int32 = -1
  private(set) var writer: Int32 = -1

  init() throws(Errno) {
    let (mine, its) = try Socket.pair()
    let own = FileDescriptor.owning(mine)
    let other = FileDescriptor.owning(its)
    let kept = try own.moved(above: CreateInfo.lowDescriptors - 1)
    (log, writer) = try FileDescriptor.pipe(readFrom: CreateInfo.lowDescriptors)
    channel = kept.release()
    otherChannel = other.release()
  }

  /// Closes the pipe, for a worker that writes somewhere else.
  mutating func closePipe() {
    FileDescriptor.close(log)
    FileDescriptor.close(writer)
    (log, writer) = (-1, -1)
  }

  func close() {
    for descriptor in [channel, otherChannel, log, writer] where descriptor >= 0 { FileDescriptor.close(descriptor) }
  }
}
