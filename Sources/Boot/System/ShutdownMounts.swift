public import Sys

/// What becomes of a mount when the machine goes down.
public enum MountEnd: Sendable {
  /// It is the kernel's, or nothing but memory in the kernel's places: nothing of it has to reach a disk.
  case isLeft
  case isUnmounted
  /// A server may be gone: it is unmounted without waiting for one, MNT_DETACH.
  case isLetGo
  /// The root: nothing can be put in its place.
  case isMadeReadOnly

  public init(_ mount: MountInfo) {
    let isMemory = MountEnd.isMemory(mount.type)
    switch true {
    case mount.target == "/": self = isMemory ? .isLeft : .isMadeReadOnly
    // Below any other directory such a mount keeps what is under it busy: the /proc of a chroot, a bind of something in /run.
    case isMemory && MountEnd.isKernelPlace(mount.target): self = .isLeft
    case MountEnd.isRemote(mount.type): self = .isLetGo
    default: self = .isUnmounted
    }
  }

  private static func isKernelPlace(_ target: Text) -> Bool {
    target.isAtOrBelow(Text("/dev")) || target.isAtOrBelow(Text("/proc")) || target.isAtOrBelow(Text("/sys"))
      || target.isAtOrBelow(Text("/run"))
  }

  /// File systems that hold nothing a disk would keep.
  private static func isMemory(_ type: Text) -> Bool {
    let types: InlineArray<29, StaticString> = [
      "proc", "sysfs", "devtmpfs", "devpts", "tmpfs", "ramfs", "rootfs", "nullfs", "cgroup", "cgroup2", "cpuset", "securityfs",
      "debugfs",
      "tracefs", "bpf", "pstore", "configfs", "efivarfs", "mqueue", "hugetlbfs", "fusectl", "binfmt_misc", "autofs", "nsfs",
      "rpc_pipefs",
      "selinuxfs", "smackfs", "resctrl", "nfsd",
    ]
    for index in types.indices where type == types[index] { return true }
    return false
  }

  private static func isRemote(_ type: Text) -> Bool {
    type == "nfs" || type == "nfs4" || type == "cifs" || type == "smb3" || type == "ceph" || type == "afs" || type == "fuse.sshfs"
  }
}

/// Unmounts everything when the machine goes down. Allocates nothing.
public enum ShutdownMounts {
  /// Each that gets free may free others, a stack or a loop device's: so again, until nothing has changed. No more often than this.
  static let rounds = 256

  /// Unmounts what nobody uses, the latest first.
  public static func unmountIdle() {
    for _ in 0..<rounds {
      if unmountOnce() + ShutdownStorage.releaseLoops() == 0 { break }
    }
  }

  /// Once swap is off, whose files keep their file systems busy: unmounts what is left; makes read-only what cannot be and says who holds
  /// it; then the root.
  public static func end(_ report: (SystemLine) -> Void) -> Errno? {
    unmountIdle()
    var first = FirstError()
    forEachBackwards { mount in
      let kind = MountEnd(mount)
      guard kind == .isUnmounted || kind == .isLetGo else { return }
      withPath(mount.target) { path in
        do throws(Errno) { try Mount.detach(path, kind == .isLetGo ? .lazily : .whenIdle) } catch {
          report(.failure(stuck(mount, path, error)))
          first.take(error)
          makeReadOnly(path, report)
        }
      }
    }
    forEachBackwards { mount in
      guard MountEnd(mount) == .isMadeReadOnly else { return }
      if let error = makeReadOnly("/", report) { first.take(error) }
    }
    return first.value
  }

  /// How many it was.
  private static func unmountOnce() -> Int {
    var count = 0
    forEachBackwards { mount in
      let kind = MountEnd(mount)
      guard kind == .isUnmounted || kind == .isLetGo else { return }
      withPath(mount.target) { path in
        if (try? Mount.detach(path, kind == .isLetGo ? .lazily : .whenIdle)) != nil { count += 1 }
      }
    }
    return count
  }

  @discardableResult
  private static func makeReadOnly(_ path: CString, _ report: (SystemLine) -> Void) -> Errno? {
    do throws(Errno) {
      try Mount.remount(path, flags: MountFlags.readOnly.rawValue)
      return nil
    } catch {
      report(.failure("cannot make \(path) read-only: \(error)"))
      return error
    }
  }

  /// Each mount that there is, the latest first, from /proc/self/mountinfo as it is at the moment: a window of 32 KiB goes over it from its end.
  static func forEachBackwards(_ body: (MountInfo) -> Void) {
    var memory = InlineArray<32768, UInt8>(repeating: 0)
    var span = memory.mutableSpan
    span.withUnsafeMutableBytes { memory in
      var end = Int.max
      while end > 0 {
        guard let file = try? FileDescriptor(opening: MountInfo.path, .read) else { return }
        let tail = MountTail(memory, before: end) { (try? file.read(into: $0)) ?? 0 }
        tail.forEachBackwards { line in if let mount = MountInfo(line) { body(mount) } }
        // Should a window hold not even one line, it still moves on.
        end = min(tail.first, end - 1)
      }
    }
  }

  /// A path as system calls take it. One that is too long for them cannot be unmounted either.
  static func withPath(_ escaped: Text, _ body: (CString) -> Void) {
    var buffer = InlineArray<4096, UInt8>(repeating: 0)
    var span = buffer.mutableSpan
    span.withUnsafeMutableBytes { memory in
      var count = 0
      OctalEscape.decode(escaped) { byte in
        if count < memory.count - 1 { memory[count] = byte }
        count += 1
      }
      guard count < memory.count, let start = memory.baseAddress else { return }
      memory[count] = 0
      body(CString(at: UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)))
    }
  }

  @inline(never)
  private static func stuck(_ mount: MountInfo, _ path: CString, _ error: Errno) -> Message {
    let holders: Message = error == .busy ? MountHolders(of: mount, at: path).message : ""
    return "cannot unmount \(path): \(error)\(holders)"
  }
}
