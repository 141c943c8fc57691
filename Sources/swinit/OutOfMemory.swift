import Sys

/// How often the kernel has killed a process of this container for want of memory, as its cgroup counts.
enum OutOfMemory {
  /// nil when no cgroup file tells.
  static var kills: Int? {
    (MemoryEvents.kills(in: "/sys/fs/cgroup/memory.events") ?? MemoryEvents.kills(in: "/sys/fs/cgroup/memory/memory.oom_control"))
      .map { Int($0) }
  }
}
