import CSys

/// The running kernel's release, uname(2): what `uname -r` says, and what its modules' directory is named for.
public enum KernelRelease {
  /// In memory that is never given back. Empty when the kernel does not say.
  public static var current: CString {
    var name = utsname()
    guard uname(&name) == 0 else { return CString("") }
    return withUnsafeBytes(of: &name.release) { release in
      let text = Text(release.assumingMemoryBound(to: UInt8.self))
      return CString(copying: text.cut(at: 0)?.before ?? text)
    }
  }
}

extension Machine {
  /// Whether finit_module(2) of a compressed module failed so because this kernel cannot unpack it: EINVAL before 5.17 and for another
  /// compression than the kernel's, EOPNOTSUPP without CONFIG_MODULE_DECOMPRESS, ENOEXEC and ENOSYS where the flag went unseen.
  public static func cannotUnpack(_ error: Errno) -> Bool {
    error.rawValue == EINVAL || error.rawValue == EOPNOTSUPP || error.rawValue == ENOEXEC || error.rawValue == ENOSYS
  }
}
