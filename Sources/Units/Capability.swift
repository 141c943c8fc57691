public import Sys

/// The names of capabilities, capabilities(7), as unit files and tools write them.
public enum Capability {
  /// By number from 0, without "CAP_".
  private static let names: InlineArray<41, StaticString> = [
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT",
    "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD",
    "LEASE",
    "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ",
    "PERFMON", "BPF", "CHECKPOINT_RESTORE",
  ]

  /// A set of one: `CAP_NET_RAW`, in any case, with or without "CAP_".
  public static func set(_ word: Text) -> UInt64? {
    let name = word.count > 4 && word.prefix(4).matchesIgnoringCase("CAP_") ? word.dropFirst(4) : word
    for number in names.indices where name.matchesIgnoringCase(names[number]) { return 1 << UInt64(number) }
    return nil
  }
}
