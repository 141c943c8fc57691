import Sys

/// What kthreadd needs to hear its workers, and holds for them.
struct Hearing {
  /// A deposit as kthreadd holds it.
  struct Kept {
    /// -1: the place is free.
    var file: Int32 = -1
    var slot: Int32 = 0
    var kind = Deposit.Kind.stored
    /// Tells what has come for one that was here before.
    var generation: UInt32 = 0
  }

  let table: DepositTable
  /// The message that is heard now: PIPE_BUF bytes at most, as systemd takes them.
  let message = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
  /// The deposits, by their places.
  var kept: [Kept] = []
  /// How many there may be: each is one of kthreadd's descriptors and one of PID 1's.
  let limit: Int
  var generation: UInt32 = 0
  /// A pipe to look at another one's contents in; -1: not needed yet.
  var scratch: (read: Int32, write: Int32) = (-1, -1)
  /// How many workers have named another process as their main one.
  var leaders = 0
  /// Whether a worker has ended for good that descriptors are kept for.
  var stores = Stores.needed
  /// Ends that a new kthreadd has found, and notes when it has heard what was said before them.
  var ends: [(index: Int, process: Int32, status: Int32)] = []
  /// The cgroup below which those of workers are, without the '/' of the root; nil: there are none.
  let group: Text?

  enum Stores: Sendable { case needed, over }

  init(_ table: DepositTable, _ cgroups: Cgroups) {
    self.table = table
    limit = min(Custody.depositCapacity, Int(clamping: ((try? Attributes.limit(7))?.hard ?? 1024) / 4))
    group = cgroups.base.flatMap { base in Cgroups.mountPoint().map { base.text.dropFirst($0.count) } }
  }

  /// The cgroup v2 in a /proc/PID/cgroup, without the '/' of the root.
  static func group(_ text: Text) -> Text? {
    var rest = text
    while let (line, after) = rest.cut(at: UInt8(ascii: "\n")) {
      if line.hasPrefix("0::") { return line.dropFirst(line.count == 4 ? 4 : 3) }
      rest = after
    }
    return nil
  }
}
