public import Sys

/// The file systems that every boot needs before anything else, each with the options that are usual for it.
public struct EarlyMount: Sendable {
  public let type: CString
  public let target: CString
  let flags: MountFlags
  let data: CString?

  /// In their order: /dev first, so that there is a console to speak to.
  public static let initramfs = [
    EarlyMount("devtmpfs", "/dev", [.noSetUID], "mode=0755"),
    EarlyMount("proc", "/proc", [.noSetUID, .noDevices, .noExecution]),
    EarlyMount("sysfs", "/sys", [.noSetUID, .noDevices, .noExecution]),
  ]

  public static let devpts = EarlyMount("devpts", "/dev/pts", [.noSetUID, .noExecution], "mode=0620,gid=5,ptmxmode=0666")
  public static let shm = EarlyMount("tmpfs", "/dev/shm", [.noSetUID, .noDevices], "mode=1777")
  public static let run = EarlyMount("tmpfs", "/run", [.noSetUID, .noDevices], "mode=0755")
  public static let tmp = EarlyMount("tmpfs", "/tmp", [.noSetUID, .noDevices], "mode=1777")
  public static let cgroup2 = EarlyMount("cgroup2", "/sys/fs/cgroup", [.noSetUID, .noDevices, .noExecution])

  /// What a command in a test machine expects on top.
  public static let command = [devpts, shm, run, tmp, cgroup2]

  private init(_ type: CString, _ target: CString, _ flags: MountFlags, _ data: CString? = nil) {
    self.type = type
    self.target = target
    self.flags = flags
    self.data = data
  }

  /// Makes the directory and mounts; what is mounted there already is what was wanted. A link stays what it is: behind a /tmp that leads to
  /// /var/tmp are files that are kept.
  public func attach() throws(Errno) {
    if Directory.isLink(target) { return }
    if let status = try? FileStatus(of: target) {
      let above = CString(copying: target.text, Text("/.."))
      if let parent = try? FileStatus(of: above), parent.device != status.device { return }
    } else {
      try Directory.make(target)
    }
    do throws(Errno) {
      try Mount.attach(type, on: target, type: type, flags: flags.rawValue, data: data)
    } catch {
      guard error == .busy else { throw error }
    }
  }

  /// The links that programs look for in /dev.
  public static func linkDescriptors() {
    try? Directory.link("/dev/fd", to: "/proc/self/fd")
    try? Directory.link("/dev/stdin", to: "/proc/self/fd/0")
    try? Directory.link("/dev/stdout", to: "/proc/self/fd/1")
    try? Directory.link("/dev/stderr", to: "/proc/self/fd/2")
  }
}
