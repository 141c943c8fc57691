import CSys

/// File systems on directories, mount(2).
public enum Mount {
  /// mount(2) of a new file system. `data` is the file system's own.
  public static func attach(
    _ source: CString, on target: CString, type: CString, flags: UInt = 0, data: CString? = nil
  ) throws(Errno) {
    _ = try checkCall(mount(source.pointer, target.pointer, type.pointer, flags, data?.pointer))
  }

  /// mount(2) MS_MOVE: what is mounted on `source` is found on `target` instead.
  public static func move(_ source: CString, to target: CString) throws(Errno) {
    _ = try checkCall(mount(source.pointer, target.pointer, nil, CSYS_MS_MOVE, nil))
  }

  /// mount(2) MS_REMOUNT with these flags.
  public static func remount(_ target: CString, flags: UInt, data: CString? = nil) throws(Errno) {
    _ = try checkCall(mount(nil, target.pointer, nil, CSYS_MS_REMOUNT | flags, data?.pointer))
  }

  public enum Detaching {
    /// EBUSY while somebody uses it.
    case whenIdle
    /// MNT_DETACH: gone for newcomers now, unmounted when the last user goes.
    case lazily
  }

  /// umount2(2).
  public static func detach(_ target: CString, _ detaching: Detaching) throws(Errno) {
    _ = try checkCall(umount2(target.pointer, detaching == .lazily ? CSYS_MNT_DETACH : 0))
  }

  /// pivot_root(2): the working directory becomes the root, the old root is mounted on `old` below it.
  public static func pivotRoot(to new: CString, old: CString) throws(Errno) {
    _ = try systemCall(SYS_pivot_root, Int(bitPattern: new.pointer), Int(bitPattern: old.pointer))
  }

  /// chroot(2).
  public static func changeRoot(to path: CString) throws(Errno) { _ = try checkCall(chroot(path.pointer)) }
}

/// What statfs(2) tells of a mounted file system.
public enum FileSystem {
  /// f_type of magic.h; nil when the path cannot be reached.
  public static func magic(of path: CString) -> UInt? {
    let type = csys_statfs_type(path.pointer)
    return type < 0 ? nil : UInt(type)
  }

  public static let ramfs: UInt = 0x8584_58F6
  public static let tmpfs: UInt = 0x0102_1994
}
