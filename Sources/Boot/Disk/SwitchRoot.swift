public import Sys

/// From the initramfs to the root that was mounted, as switch_root(8) and the kernel's init_mount(".", "/") do it.
public enum SwitchRoot {
  /// Which step failed.
  public struct Failure: Error {
    public let step: StaticString
    public let errno: Errno
  }

  /// /dev, /proc, /sys and /run go along; what cannot is left behind and unmounted. Then pivot_root(2), which works from Linux 7.0 on;
  /// where it does not, the initramfs is emptied for its memory, and the new root moved over it.
  public static func enter(_ root: CString) throws(Failure) {
    for place: StaticString in ["/dev", "/proc", "/sys", "/run"] {
      let old = CString(stringLiteral: place)
      let new = CString(copying: root.text, old.text)
      if (try? FileStatus(of: new)) == nil { try? Directory.make(new) }
      do throws(Errno) { try Mount.move(old, to: new) } catch { try? Mount.detach(old, .lazily) }
    }
    try step("chdir") { () throws(Errno) in try Host.changeDirectory(to: root) }
    if (try? Mount.pivotRoot(to: ".", old: ".")) != nil {
      // The old root lies under this directory now; it is let go of.
      try step("umount2") { () throws(Errno) in try Mount.detach(".", .lazily) }
    } else {
      Directory.removeInitramfs()
      try step("mount MS_MOVE") { () throws(Errno) in try Mount.move(".", to: "/") }
      try step("chroot") { () throws(Errno) in try Mount.changeRoot(to: ".") }
    }
    try step("chdir") { () throws(Errno) in try Host.changeDirectory(to: "/") }
  }

  private static func step(_ name: StaticString, _ call: () throws(Errno) -> Void) throws(Failure) {
    do throws(Errno) { try call() } catch { throw Failure(step: name, errno: error) }
  }
}
