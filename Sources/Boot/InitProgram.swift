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
      /// The same bytes as this program's.
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
      // Named init or not, swinit in a container is a container's (BootMode).
      self = signs.program == .busybox ? .busybox : signs.program == .own && signs.place == .container ? .container : .system
    } else {
      self = signs.place == .machine ? .unknown : .container
    }
  }
}

/// How much of an orderly end is done without.
public enum Urgency: Int, Sendable {
  case orderly
  /// Processes are not waited for.
  case forced
  /// The kernel is asked, and nobody else.
  case direct
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

  /// How this init is asked for `end`: signal numbers of busybox's init, and of systemd(1).
  public func way(to end: Machine.End, _ urgency: Urgency) -> Way {
    switch (self, urgency) {
    case (_, .direct), (.busybox, .forced): .kernel
    case (.unknown, _): .none
    case (.container, .orderly): .signal(.terminate)
    case (.container, .forced): .killRest
    case (.system, .orderly), (.busybox, .orderly):
      switch end {
      case .restart: .signal(.terminate)
      case .halt: .signal(InitProgram.signal("USR1"))
      case .powerOff: .signal(InitProgram.signal("USR2"))
      case .kexec: .signal(InitProgram.signal("RTMIN+6"))
      }
    case (.systemd, .orderly):
      switch end {
      case .halt: .signal(InitProgram.signal("RTMIN+3"))
      case .powerOff: .signal(InitProgram.signal("RTMIN+4"))
      case .restart: .signal(InitProgram.signal("RTMIN+5"))
      case .kexec: .signal(InitProgram.signal("RTMIN+6"))
      }
    case (.system, .forced), (.systemd, .forced):
      switch end {
      case .halt: .signalOrKernel(InitProgram.signal("RTMIN+13"))
      case .powerOff: .signalOrKernel(InitProgram.signal("RTMIN+14"))
      case .restart: .signalOrKernel(InitProgram.signal("RTMIN+15"))
      case .kexec: .signalOrKernel(InitProgram.signal("RTMIN+16"))
      }
    }
  }

  private static func signal(_ name: StaticString) -> Signal { Signal(Text(name)) ?? .terminate }
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
    } else if FileDescriptor.text(of: "/proc/1/exe") == FileDescriptor.text(of: "/proc/self/exe") {
      signs.program = .own
    }
    return entry.name.withText { name in
      signs.name = name
      return InitProgram(signs)
    }
  }
}
