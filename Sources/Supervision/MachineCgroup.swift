import Sys

/// Where a machine's workers have their groups: below a group of their own, as nothing is to be limited in the root of all groups. PID 1
/// makes it; kthreadd and swctl find it.
public enum MachineCgroup {
  private static let root: CString = "/sys/fs/cgroup"
  static let name: StaticString = "/swinit"

  /// Makes it, with each controller that there is.
  public static func make() {
    let path = CString(copying: root.text, Text(name))
    // Without cgroup v2 workers are process groups.
    guard (try? FileStatus(of: "/sys/fs/cgroup/cgroup.subtree_control")) != nil else { return }
    try? Directory.make(path)
    for directory in [root, path] {
      let file = CString(copying: directory.text, Text("/cgroup.subtree_control"))
      // One that is not there must not keep out the others.
      for controller in ["+cpu", "+memory", "+pids"] as [StaticString] {
        try? FileDescriptor.write(Text(controller), to: file)
      }
    }
  }
}
