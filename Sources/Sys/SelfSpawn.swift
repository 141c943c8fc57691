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

extension SelfSpawn {
  /// Starts the process that becomes a worker: it is told its name, where to notify, the cgroup that it joins, and
  /// how many descriptors it may have unless its definition says so.
  public func startWorker(
    _ descriptors: InlineArray<4, Int32>, _ environment: SpawnRequest.Vector, name: Text, _ notify: Text, _ group: [UInt8],
    _ descriptorLimit: UInt64
  ) throws(Errno) -> ProcessID {
    // vfork: the child reads these before this function goes on, so they may be gone afterwards.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    let nameStart = 0
    bytes.append(contentsOf: name.bytes)
    bytes.append(0)
    let notifyStart = bytes.count
    bytes.append(contentsOf: notify.bytes)
    bytes.append(0)
    let groupStart = bytes.count
    bytes.append(contentsOf: group)
    bytes.append(0)
    let limitStart = bytes.count
    let limit: Message = "\(Int(clamping: descriptorLimit))"
    limit.withBytes { bytes.append(contentsOf: $0) }
    bytes.append(0)
    let process: Result<ProcessID, Errno> = bytes.withUnsafeMutableBytes { memory in
      let start = memory.assumingMemoryBound(to: CChar.self).baseAddress!
      let program: CString = "swinit-worker"
      var vector: InlineArray<6, UnsafeMutablePointer<CChar>?> = [
        UnsafeMutablePointer(mutating: program.pointer), start + nameStart, start + notifyStart, start + groupStart,
        start + limitStart, nil,
      ]
      var span = vector.mutableSpan
      return span.withUnsafeMutableBufferPointer { words in
        do throws(Errno) {
          return .success(try self.start(UnsafePointer(words.baseAddress!), environment, descriptors, leads: .session))
        } catch { return .failure(error) }
      }
    }
    return try process.get()
  }
}
