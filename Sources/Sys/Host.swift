import CSys

/// Attributes of this process that it asks the kernel for, prctl(2) and others.
public enum Host {
  /// PR_SET_CHILD_SUBREAPER: orphans among this process's descendants become its children, as they are PID 1's.
  public static func becomeSubreaper() throws(Errno) { _ = try check(csys_become_subreaper()) }

  /// PR_SET_PDEATHSIG: this process gets `signal` when its parent ends.
  public static func setParentDeathSignal(_ signal: Signal) throws(Errno) {
    _ = try check(csys_set_parent_death_signal(signal.rawValue))
  }

  public static func changeDirectory(to path: CString) throws(Errno) { _ = try check(csys_chdir(path.pointer)) }

  /// PR_SET_NAME: what ps(1) and others show for this process, up to 15 bytes.
  public static func setName(_ name: StaticString) throws(Errno) {
    try systemCall(SYS_prctl, 15 /* PR_SET_NAME */, Int(bitPattern: name.utf8Start))
  }

  /// execve(2) with these two words, in place of this process, from a fault handler too. Returns only with the reason why not.
  public static func execute(_ path: CString, _ name: CString, _ word: CString, _ environment: SpawnRequest.Vector) -> Errno {
    var words: InlineArray<3, UnsafeMutablePointer<CChar>?> = [
      UnsafeMutablePointer(mutating: name.pointer), UnsafeMutablePointer(mutating: word.pointer), nil,
    ]
    var span = words.mutableSpan
    span.withUnsafeMutableBufferPointer { _ = execve(path.pointer, $0.baseAddress!, environment) }
    return Errno(csys_errno())
  }

  /// getcwd(3), in memory that is never given back; nil when the directory has no path.
  public static func currentDirectory() -> CString? {
    let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: 4096)
    return getcwd(buffer, 4096).map { CString(at: UnsafePointer($0)) }
  }

  /// Gives back the memory that only the start has needed, as the kernel's free_initmem() does: pages of code, the stack's
  /// deeper pages, and where files were looked for.
  public static func freeInitMemory() { csys_free_init_memory() }

  /// The path that this program was executed by, getauxval(3) AT_EXECFN.
  public static var executedPath: CString? { csys_executed_path().map { CString(at: $0) } }

  /// EM_… of elf.h for the machine that this program was built for.
  public static var elfMachine: Int { Int(csys_elf_machine()) }
}

/// What stat(2) tells of a file.
public struct FileStatus {
  private let raw: csys_file_status

  public init(of path: CString) throws(Errno) {
    var status = csys_file_status()
    _ = try check(csys_stat(path.pointer, &status))
    raw = status
  }

  public func isSameFile(as other: FileStatus) -> Bool { raw.device == other.raw.device && raw.inode == other.raw.inode }
  public var isDirectory: Bool { raw.mode & CSYS_S_IFMT == CSYS_S_IFDIR }
  public var isRegular: Bool { raw.mode & CSYS_S_IFMT == CSYS_S_IFREG }
  public var inode: UInt64 { raw.inode }
  /// st_dev: the file system that the file is on.
  public var device: UInt64 { raw.device }
  public var isBlockDevice: Bool { raw.mode & CSYS_S_IFMT == CSYS_S_IFBLK }
  /// The twelve permission bits.
  public var permissions: UInt32 { raw.mode & 0o7777 }
}
