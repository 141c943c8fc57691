internal import Sys

/// The parameters of init/ and kernel/ that the kernel keeps for itself, so that they never reach init.
enum KernelParameters {
  /// Whether the kernel consumes the word. Its `__setup` names match by prefix, with '-' and '_' the same.
  static func consumes(name: [UInt8], value: [UInt8]?) -> Bool {
    if value == nil {
      if isOneOf(name, ["ro", "rw", "rootwait", "quiet", "debug", "initcall_debug", "nosmp", "ignore_loglevel"]) { return true }
      return hasPrefix(name, ["noinitrd", "reset_devices"])
    }
    if isOneOf(name, ["BOOT_IMAGE", "rootwait"]) || name.starts(with: Text("kexec").bytes) { return true }
    return isOneOf(
      name,
      [
        "root", "rootflags", "rootfstype", "rootdelay", "load_ramdisk", "prompt_ramdisk", "ramdisk_start", "initrd",
        "console", "loglevel", "panic", "initcall_blacklist", "initcall_debug", "maxcpus", "nr_cpus", "lpj", "rodata",
        "earlyprintk", "earlycon", "mem", "log_buf_len", "printk_delay", "oops",
      ])
  }

  private static func isOneOf(_ name: [UInt8], _ table: [StaticString]) -> Bool {
    table.contains { name.count == $0.utf8CodeUnitCount && startsLikeIt(name, $0) }
  }

  private static func hasPrefix(_ name: [UInt8], _ table: [StaticString]) -> Bool { table.contains { startsLikeIt(name, $0) } }

  private static func startsLikeIt(_ name: [UInt8], _ literal: StaticString) -> Bool {
    let bytes = Text(literal).bytes
    return name.count >= bytes.count && name.prefix(bytes.count).elementsEqual(bytes) { dashed($0) == dashed($1) }
  }

  private static func dashed(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: "-") ? UInt8(ascii: "_") : byte }
}
