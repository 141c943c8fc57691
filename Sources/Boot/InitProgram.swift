public import Sys

/// Who PID 1 is, for one who wants the machine or the container to end.
public enum InitProgram: Equatable, Sendable {
  /// The init of a system: swinit by that name, and others that take the signals of busybox's.
  case system
  /// busybox's own, which has no signal for a forced end.
  case busybox
  case systemd
  /// What a container has, swinit or any other: it ends in order at SIGTERM.
  case container
  /// A machine's first process, of which nothing is known.
  case unknown

  /// What can be seen of PID 1.
  public struct Signs: Sendable {
    public enum Place: Sendable {
      case machine, container
    }
    public enum Program: Sendable {
      /// The same bytes as this program's, with the command of a container.
      case own
      case busybox
      case other
    }

    public var place = Place.container
    public var program = Program.other
    /// comm; nil without /proc.
    public var name: Text?

    public init() {}
  }

  public init(_ signs: Signs) {
    guard let name = signs.name else {
      self = signs.place == .machine ? .system : .container
      return
    }
    if name == "systemd" {
      self = .systemd
    } else if name == "init" {
      // Named init or not, swinit with a command is a container's.
      self = signs.program == .busybox ? .busybox : signs.program == .own && signs.place == .container ? .container : .system
    } else {
      // In a machine swinit by its own name runs one command, as in a container.
      self = signs.place == .machine && !(name == "swinit") ? .unknown : .container
    }
  }
}

extension InitProgram {
  /// How the end is brought about.
  public enum Way: Equatable, Sendable {
    /// This signal to PID 1.
    case signal(Signal)
    /// This signal to PID 1, and where it has no effect, reboot(2).
    case signalOrKernel(Signal)
    /// SIGKILL to all but PID 1, which ends because its command has.
    case killRest
    /// reboot(2).
    case kernel
    /// It is not known how.
    case none
  }

  /// How this init is asked: the signals of busybox's init, and those of systemd(1).
  public func way(to request: SystemRequest) -> Way {
    let systemd = Signal(number: Signal.firstRealTime + request.signalOffset) ?? .terminate
    return switch (self, request.manner) {
    case (_, .immediate), (.busybox, .forced): .kernel
    case (.unknown, _): .none
    case (.container, .orderly): .signal(.terminate)
    case (.container, .forced): .killRest
    case (.systemd, .orderly): .signal(systemd)
    case (.system, .forced), (.systemd, .forced): .signalOrKernel(systemd)
    case (.system, .orderly), (.busybox, .orderly):
      switch request.end {
      case .restart: .signal(.terminate)
      case .halt: .signal(.user1)
      case .powerOff: .signal(.user2)
      case .kexec: .signal(systemd)
      }
    }
  }
}

extension InitProgram {
  /// Looks at PID 1.
  public static func read() -> InitProgram {
    var signs = Signs()
    guard ProcessTable.isOfThisNamespace, let entry = ProcessTable.entry(of: .initProcess) else {
      // Without /proc the kernel's kthreadd tells: PID 2, in group 0. Group 0 of one's own is another namespace's.
      signs.place =
        ProcessID(2).group == ProcessID(0) && ProcessID.currentGroup != ProcessID(0) ? .machine : .container
      return InitProgram(signs)
    }
    // A kernel without pid namespaces has no such file, and no containers.
    let namespace = (try? FileStatus(of: "/proc/self/ns/pid").inode) ?? BootMode.initialPIDNamespace
    signs.place = namespace == BootMode.initialPIDNamespace ? .machine : .container
    if let path = ProcessID.initProcess.programPath, path.text.baseName.hasPrefix("busybox") {
      signs.program = .busybox
    } else if hasCommand, FileDescriptor.text(of: "/proc/1/exe") == FileDescriptor.text(of: "/proc/self/exe") {
      signs.program = .own
    }
    return entry.name.withText { name in
      signs.name = name
      return InitProgram(signs)
    }
  }
  /// Whether PID 1 was started with words. The one of a system's init that was executed again after a fault is none.
  private static var hasCommand: Bool {
    let words = FileDescriptor.text(of: "/proc/1/cmdline").cut(at: 0)?.after ?? Text("")
    return !words.isEmpty && !words.hasPrefix("--resume=")
  }
}
