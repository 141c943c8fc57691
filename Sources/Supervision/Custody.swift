public import Sys

/// What PID 1 and kthreadd say to each other. PID 1 keeps what must outlive kthreadd: the table, the sockets, and for each worker its
/// process, the pipe of its output, and the channel of one that has not executed its program yet. Fixed-size entries, several in a
/// packet; descriptors go with them, in the entries' order.
public enum Custody {
  public enum Kind: UInt32, Sendable {
    // kthreadd to PID 1.
    /// A new kthreadd asks for what is kept, from `slot` on.
    case hello = 1
    /// Keep these two sockets: control and notify.
    case keepListeners = 2
    /// A worker has this process; keep the descriptors that `parts` names.
    case keep = 3
    /// Its channel is not needed any more.
    case dropChannel = 4
    /// Its end was written down: forget the process, keep its output.
    case forget = 5
    /// Nothing of it is needed any more.
    case drop = 6
    /// kthreadd_done: requests are served.
    case done = 7
    /// An essential worker has ended: the container ends with the code in `value`.
    case endContainer = 8
    /// Keep this descriptor as the deposit `slot`.
    case keepDeposit = 32
    case dropDeposit = 33
    /// Its main process is this one from now on.
    case mainProcess = 34
    /// Whether `process` has ended, and how: answered by `ended`.
    case askEnd = 35
    /// Keep what `Keepsake.Part`s `parts` names.
    case keepMore = 40
    /// `hello` for what `keepMore` has given.
    case helloMore = 41
    // PID 1 to kthreadd.
    /// The table and the sockets.
    case welcome = 16
    /// What is kept of one worker.
    case kept = 17
    /// That was all.
    case complete = 18
    /// A worker that was PID 1's child by then has ended; how is in `value`.
    case ended = 19
    /// The deposit `slot`.
    case keptDeposit = 39
    /// What `keepMore` has given.
    case keptMore = 42
    /// Whether it is there: kthreadd answers `alive` at once.
    case areYouThere = 48
    // kthreadd to PID 1 again.
    case alive = 49
    /// kthreadd: can PID 1 be replaced by this program? PID 1: yes, or the errno in `value`.
    case mayUpgrade = 50
    /// PID 1: it was replaced, or the errno in `value`, the step in `spare`, and the old program.
    case upgraded = 51
    /// kthreadd: it could not execute the program, and stays what it is.
    case upgradeFailed = 52
    /// kthreadd: is there an upgrade at all? PID 1: no, and else nothing.
    case isUpgrading = 53
  }

  /// Which descriptors go with an entry.
  public struct Parts: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let output = Parts(rawValue: 1)
    public static let channel = Parts(rawValue: 2)
    public static let memory = Parts(rawValue: 4)
    public static let control = Parts(rawValue: 8)
    public static let notify = Parts(rawValue: 16)
    public static let program = Parts(rawValue: 32)
    /// The timer that runs while kthreadd is about something.
    public static let heart = Parts(rawValue: 1 << 16)

    public var count: Int { rawValue.nonzeroBitCount }
  }

  public struct Entry: BitwiseCopyable, Sendable {
    public var kind: UInt32
    public var slot: UInt32
    public var process: Int32
    public var parts: UInt32
    /// An exit status as wait(2) has it, or -1 for none; a code.
    public var value: Int32
    /// Of `hello`: a number of the sender's choice, and of `complete`: the same, so that an answer to an earlier question is known.
    public var spare: Int32 = 0

    public init(_ kind: Kind, slot: Int = 0, process: Int32 = 0, parts: Parts = [], value: Int32 = -1) {
      self.kind = kind.rawValue
      self.slot = UInt32(slot)
      self.process = process
      self.parts = parts.rawValue
      self.value = value
    }
  }

  public static let entrySize = 24
  /// Of both sides' tables.
  public static let capacity = 16384
  /// Descriptors that are kept for workers, beside those of each.
  public static let depositCapacity = 8192
}

extension WaitStatus {
  /// As wait(2) gives it.
  public var raw: Int32 {
    switch self {
    case .exited(let code): (code & 0xFF) << 8
    case .signaled(let signal, let core): signal.rawValue | (core == .dumped ? 0x80 : 0)
    case .stopped(let signal): 0x7F | signal.rawValue << 8
    }
  }

  public init(raw: Int32) {
    let signal = raw & 0x7F
    if signal == 0 {
      self = .exited((raw >> 8) & 0xFF)
    } else {
      self = .signaled(Signal(number: Int(signal)) ?? .kill, core: raw & 0x80 != 0 ? .dumped : .none)
    }
  }
}
