import CSys

/// A process, or with `group` its process group, by number.
public struct ProcessID: Equatable, Sendable {
  public let rawValue: Int32

  public init(_ rawValue: Int32) { self.rawValue = rawValue }

  public static let initProcess = ProcessID(1)
  public static var current: ProcessID { ProcessID(getpid()) }
  public static var parent: ProcessID { ProcessID(getppid()) }
  /// This process's group; 0 when its leader lives outside this pid namespace.
  public static var currentGroup: ProcessID { ProcessID(getpgrp()) }

  /// The process group of this process, getpgid(2); 0 when its leader lives outside this pid namespace, nil when there is no process.
  public var group: ProcessID? {
    let group = getpgid(rawValue)
    return group < 0 ? nil : ProcessID(group)
  }

  /// Whether this process leads its session, getsid(2).
  public static var leadsSession: Bool { getsid(0) == getpid() }

  /// kill(2) for this process.
  public func send(_ signal: Signal) throws(Errno) { _ = try check(csys_kill(rawValue, signal.rawValue)) }

  /// kill(2) for the process group of this number.
  public func sendToGroup(_ signal: Signal) throws(Errno) { _ = try check(csys_kill(-rawValue, signal.rawValue)) }

  /// kill(2) with -1: every process that this one may signal, but itself and PID 1.
  public static func sendToAll(_ signal: Signal) throws(Errno) { _ = try check(csys_kill(-1, signal.rawValue)) }

  /// sched_yield(2): lets those run that wait for this processor.
  public static func yieldProcessor() { sched_yield() }

  /// Whether there is any other process in this pid namespace, zombies included. Only PID 1 may ask: for others -1 is the machine.
  public static var othersExist: Bool { csys_kill(-1, 0) != -ESRCH }
}

/// How a process ended or stopped, wait(2).
public enum WaitStatus {
  case exited(Int32)
  case signaled(Signal, core: Core)
  case stopped(Signal)

  public enum Core { case dumped, none }

  init(_ raw: Int32) {
    let signal = raw & 0x7F
    if raw & 0xFF == 0x7F {
      self = .stopped(Signal((raw >> 8) & 0xFF))
    } else if signal == 0 {
      self = .exited((raw >> 8) & 0xFF)
    } else {
      self = .signaled(Signal(signal), core: raw & 0x80 != 0 ? .dumped : .none)
    }
  }

  /// As shells tell it: the exit code, or 128 and the signal's number.
  public var code: Int32 {
    switch self {
    case .exited(let code): code
    case .signaled(let signal, _), .stopped(let signal): 128 + signal.rawValue
    }
  }
}

/// What wait4(2) finds among the children.
public enum Reaped {
  case process(ProcessID, WaitStatus)
  /// There are children, and none has changed.
  case unchanged
  /// There is no child at all.
  case noChildren

  /// Takes one child that has ended or stopped; never blocks.
  public static func next() -> Reaped {
    var status: Int32 = 0
    while true {
      let result = csys_wait(-1, CSYS_WAIT_POLL, &status)
      if result > 0 { return .process(ProcessID(result), WaitStatus(status)) }
      if result == 0 { return .unchanged }
      if result != -EINTR { return .noChildren }
    }
  }
}
