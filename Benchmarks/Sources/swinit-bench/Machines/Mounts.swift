/// The file systems that swinit mounts before it does anything else, in the words of the other inits: the same with the same options.
enum Mounts {
  private static let early = [
    "mount -t devtmpfs -o nosuid,mode=0755 devtmpfs /dev",
    "mount -t proc -o nosuid,nodev,noexec proc /proc",
    "mount -t sysfs -o nosuid,nodev,noexec sysfs /sys",
  ]

  /// What swinit does on top for a command in a test machine.
  private static let command = [
    "mkdir /dev/pts /dev/shm",
    "mount -t devpts -o nosuid,noexec,mode=0620,gid=5,ptmxmode=0666 devpts /dev/pts",
    "mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /dev/shm",
    "mount -t tmpfs -o nosuid,nodev,mode=0755 tmpfs /run",
    "mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs /tmp",
    "mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 /sys/fs/cgroup",
    "ln -s /proc/self/fd /dev/fd",
    "ln -s /proc/self/fd/0 /dev/stdin",
    "ln -s /proc/self/fd/1 /dev/stdout",
    "ln -s /proc/self/fd/2 /dev/stderr",
    "ifconfig lo up",
  ]

  /// Directories that the scripts find made.
  static let directories = ["/dev", "/proc", "/sys", "/run", "/tmp", "/sysroot", "/etc"]

  enum Extent { case early, command }

  static func commands(_ extent: Extent) -> [String] { extent == .early ? early : early + command }
}
