import CSys

/// A program to be started, and what it starts with.
public struct SpawnRequest {
  /// The identity that a program gets: setgroups(2), setresgid(2), setresuid(2).
  public struct Identity {
    public let user: UInt32
    public let group: UInt32
    public let groups: UnsafeBufferPointer<UInt32>

    public init(user: UInt32, group: UInt32, groups: UnsafeBufferPointer<UInt32>) {
      self.user = user
      self.group = group
      self.groups = groups
    }

    /// Whether this process has this user and group, geteuid(2) and getegid(2), and is not root.
    public var isCurrent: Bool { user != 0 && user == geteuid() && group == getegid() }
  }

  public enum Group {
    case inherited
    /// A process group of its own, in the foreground of the terminal when one is given.
    case own
    /// A session of its own, with the terminal as its controlling one when one is given.
    case session
  }

  /// What becomes of a text that begins with no "#!", which execve(2) refuses with ENOEXEC.
  public enum PlainText {
    case refused
    /// /bin/sh runs it, as execvp(3) has it.
    case forTheShell
  }

  public typealias Vector = UnsafePointer<UnsafeMutablePointer<CChar>?>

  public var file: CString
  /// NULL-terminated, as execve(2) takes them.
  public var arguments: Vector
  public var environment: Vector
  public var search: CString
  /// The signal mask that the program starts with.
  public var blocked = SignalSet()
  /// The signals that the program starts with ignored.
  public var ignored = SignalSet()
  public var group = Group.own
  public var directory: CString?
  /// Opened on descriptors 0 to 2 of the program alone; a session's controlling terminal.
  public var stdio: CString?
  public var plainText = PlainText.refused
  public var identity: Identity?
  /// Where the child's own pid is written in decimal before exec; 11 bytes each.
  public var pidSlots: (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?) = (nil, nil)

  public init(file: CString, arguments: Vector, environment: Vector, search: CString) {
    self.file = file
    self.arguments = arguments
    self.environment = environment
    self.search = search
  }
}

/// Why a program could not be started.
public struct SpawnError: Error {
  /// The step that failed; the order is the order of the steps.
  public enum Stage: Sendable {
    case fork, setGroups, setGroup, setUser, changeDirectory, execute
  }

  public let stage: Stage
  public let errno: Errno
  /// For `.execute`: the file that was refused; empty when none was found.
  public let path: CString
}

extension SpawnRequest {
  /// Starts the program, with vfork(2) semantics: at return it runs, or has failed and nothing is left of it. Call it with all
  /// signals blocked.
  public func start(terminal: Int32?) throws(SpawnError) -> ProcessID {
    SpawnRequest.fill(with: self, terminal)
    let pid = csys_spawn(SpawnRequest.form)
    if pid > 0 { return ProcessID(pid) }
    throw SpawnRequest.failure()
  }

  /// As `start`, with an open file in place of a path, and `descriptors` as the child's 0 to 3.
  func start(executing program: Int32, _ descriptors: InlineArray<4, Int32>) throws(SpawnError) -> ProcessID {
    SpawnRequest.fill(with: self, nil)
    SpawnRequest.form.pointee.program = program
    let pid = descriptors.span.withUnsafeBufferPointer { memory in
      SpawnRequest.form.pointee.descriptors = memory.baseAddress
      return csys_spawn(SpawnRequest.form)
    }
    SpawnRequest.form.pointee.descriptors = nil
    if pid > 0 { return ProcessID(pid) }
    throw SpawnRequest.failure()
  }

  /// Executes the program in place of this process, execve(2). Returns only with the reason why not.
  public func replaceProcess() -> SpawnError {
    SpawnRequest.fill(with: self, nil)
    _ = csys_exec(SpawnRequest.form)
    return SpawnRequest.failure()
  }

  /// The one request form: there is one spawn at a time, and a spawn after boot must not allocate.
  nonisolated(unsafe) private static let form = csys_spawn_form()!

  private static func fill(with request: SpawnRequest, _ terminal: Int32?) {
    form.pointee.file = request.file.pointer
    form.pointee.search = request.search.pointer
    form.pointee.arguments = request.arguments
    form.pointee.environment = request.environment
    form.pointee.mask = request.blocked.rawValue
    form.pointee.ignored = request.ignored.rawValue
    form.pointee.group =
      switch request.group {
      case .inherited: CSYS_GROUP_INHERIT
      case .own: CSYS_GROUP_NEW
      case .session: CSYS_GROUP_SESSION
      }
    form.pointee.terminal = terminal ?? -1
    form.pointee.directory = request.directory?.pointer
    form.pointee.shell_for_text = request.plainText == .forTheShell ? 1 : 0
    form.pointee.stdio = request.stdio?.pointer
    form.pointee.program = 0
    form.pointee.descriptors = nil
    form.pointee.group_count = -1
    if let identity = request.identity {
      form.pointee.groups = identity.groups.baseAddress
      form.pointee.group_count = Int32(identity.groups.count)
      form.pointee.uid = identity.user
      form.pointee.gid = identity.group
    }
    form.pointee.pid_slots.0 = request.pidSlots.0
    form.pointee.pid_slots.1 = request.pidSlots.1
  }

  private static func failure() -> SpawnError {
    let stage: SpawnError.Stage =
      switch form.pointee.stage {
      case CSYS_STAGE_SETGROUPS: .setGroups
      case CSYS_STAGE_SETGID: .setGroup
      case CSYS_STAGE_SETUID: .setUser
      case CSYS_STAGE_CHDIR: .changeDirectory
      case CSYS_STAGE_EXEC: .execute
      default: .fork
      }
    return SpawnError(stage: stage, errno: Errno(form.pointee.error), path: CString(at: csys_spawn_path()!))
  }
}
