import CSys

/// Starts this program once more, from a descriptor of its file: neither /proc nor a path is needed, and it is the same program even
/// when another was installed meanwhile.
public struct SelfSpawn: ~Copyable {
  private let program: FileDescriptor

  /// Opens the file that this process runs.
  public init() throws(Errno) {
    if let file = try? FileDescriptor(opening: "/proc/self/exe", .read) {
      program = try file.aboveStandard()
    } else if let path = Host.executedPath {
      program = try FileDescriptor(opening: path, .read).aboveStandard()
    } else {
      throw .noEntry
    }
  }

  public init(adopting program: consuming FileDescriptor) { self.program = program }

  public var rawValue: Int32 { program.rawValue }

  /// Starts it with these words, in a session of its own where `leads` says so, all signals blocked. `descriptors` become its 0 to 3;
  /// each is 4 or higher.
  public func start(
    _ arguments: SpawnRequest.Vector, _ environment: SpawnRequest.Vector, _ descriptors: InlineArray<4, Int32>,
    leads: SpawnRequest.Group
  ) throws(Errno) -> ProcessID {
    var request = SpawnRequest(file: "swinit", arguments: arguments, environment: environment, search: "")
    request.group = leads
    request.blocked = .all
    SignalQueue.block(.all)
    defer { SignalQueue.block(SignalSet.all.subtracting(.faults)) }
    do throws(SpawnError) {
      return try request.start(executing: program.rawValue, descriptors)
    } catch {
      throw error.errno
    }
  }

  /// Takes this process's place by a new image of the program; returns only with the reason why not.
  public func replaceProcess(_ arguments: SpawnRequest.Vector, _ environment: SpawnRequest.Vector) -> Errno {
    do throws(Errno) {
      try Kernel.call(
        SYS_execveat, UInt(program.rawValue), Kernel.address(CString("").pointer), Kernel.address(arguments),
        Kernel.address(environment), 0x1000 /* AT_EMPTY_PATH */)
      return Errno(0)
    } catch { return error }
  }
}
