public import Sys

/// What kind of place this init was started in.
public enum BootMode: Sendable {
  /// A pid namespace of a container, or no init at all.
  case container
  /// A machine whose root is the initramfs: what comes next has to be found and mounted.
  case initramfs
  /// A machine whose root is in place.
  case system

  /// What an init can see of its place, before it has changed anything.
  public struct Signs: Sendable {
    public var process = ProcessID.initProcess
    /// The inode of /proc/self/ns/pid; nil without /proc.
    public var pidNamespace: UInt64?
    /// Whether `container` is in the environment: every container manager sets it, systemd's interface says so.
    public var isToldContainer = false
    /// Whether the session has no leader in this namespace and pid 2 is the kernel's: as a kernel starts its first process.
    public var looksLikeKernel = false
    /// f_type of /.
    public var rootMagic: UInt?

    public init() {}
  }

  /// PROC_PID_INIT_INO: the inode of the first pid namespace.
  public static let initialPIDNamespace: UInt64 = 0xEFFF_FFFC

  public init(_ signs: Signs) {
    let isMachine = signs.pidNamespace.map { $0 == BootMode.initialPIDNamespace } ?? signs.looksLikeKernel
    guard signs.process == .initProcess, !signs.isToldContainer, isMachine else {
      self = .container
      return
    }
    self = signs.rootMagic == FileSystem.ramfs || signs.rootMagic == FileSystem.tmpfs ? .initramfs : .system
  }
}

extension BootMode.Signs {
  /// Looks around.
  public static func read(_ environment: Environment) -> BootMode.Signs {
    var signs = BootMode.Signs()
    signs.process = .current
    guard signs.process == .initProcess else { return signs }
    signs.isToldContainer = environment.value("container") != nil
    signs.pidNamespace = try? FileStatus(of: "/proc/self/ns/pid").inode
    // The kernel's PID 1 has no session and no group; its PID 2 is there before it, in group 0.
    signs.looksLikeKernel = ProcessID.currentGroup == ProcessID(0) && ProcessID(2).group == ProcessID(0)
    signs.rootMagic = FileSystem.magic(of: "/")
    return signs
  }
}
