import CSys

/// Names in directories: mkdir(2), symlink(2), unlink(2).
public enum Directory {
  /// mkdir(2); a directory that is there already is what was wanted.
  public static func make(_ path: CString, mode: UInt32 = 0o755) throws(Errno) {
    guard mkdir(path.pointer, mode_t(mode)) < 0, csys_errno() != EEXIST else { return }
    throw Errno(csys_errno())
  }

  /// symlink(2); one that is there already stays.
  public static func link(_ path: CString, to target: CString) throws(Errno) {
    guard symlink(target.pointer, path.pointer) < 0, csys_errno() != EEXIST else { return }
    throw Errno(csys_errno())
  }

  /// Whether the name itself is a symbolic link, readlink(2).
  public static func isLink(_ path: CString) -> Bool {
    var byte: CChar = 0
    return csys_read_link(path.pointer, &byte, 1) >= 0
  }

  /// Calls `body` with each name in the directory but "." and "..".
  public static func forEach(in path: CString, _ body: (Text) -> Void) throws(Errno) {
    guard let stream = opendir(path.pointer) else { throw Errno(csys_errno()) }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = CString(at: csys_entry_name(entry)).text
      if name == "." || name == ".." { continue }
      body(name)
    }
  }

  /// Removes everything below the root that is on the root's own file system: an initramfs whose memory is wanted back. Mount points and
  /// what is below them stay.
  public static func removeInitramfs() { csys_remove_tree_on_device() }
}
