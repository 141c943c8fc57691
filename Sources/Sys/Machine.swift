import CSys

/// The machine as a whole, reboot(2) and its kind. Only an init calls these.
public enum Machine {
  public enum End {
    case powerOff, restart, halt, kexec
  }

  /// sync(2), then reboot(2). Returns only with the reason why not.
  public static func end(_ end: End) -> Errno {
    sync()
    return endNow(end)
  }

  /// reboot(2) alone: what was not written is lost. In a pid namespace it ends the namespace. Returns only with the reason why not.
  public static func endNow(_ end: End) -> Errno {
    let command: Int32 =
      switch end {
      case .powerOff: CSYS_RB_POWER_OFF
      case .restart: CSYS_RB_AUTOBOOT
      case .halt: CSYS_RB_HALT_SYSTEM
      case .kexec: CSYS_RB_KEXEC
      }
    return reboot(command) < 0 ? Errno(csys_errno()) : Errno(0)
  }

  /// sync(2).
  public static func synchronize() { sync() }

  /// Whether there is a firmware that can turn the machine off: ACPI, or PSCI. Without one RB_POWER_OFF stops the processor for ever.
  public static var canPowerOff: Bool {
    (try? FileStatus(of: "/sys/firmware/acpi")) != nil || (try? FileStatus(of: "/sys/firmware/devicetree/base/psci")) != nil
  }

  /// Ctrl-Alt-Del sends SIGINT to PID 1 instead of restarting at once, RB_DISABLE_CAD.
  public static func takeControlAltDelete() throws(Errno) { _ = try checkCall(reboot(CSYS_RB_DISABLE_CAD)) }

  /// Ctrl-Alt-Del restarts the machine without asking, RB_ENABLE_CAD.
  public static func leaveControlAltDelete() { _ = reboot(CSYS_RB_ENABLE_CAD) }

  public static func setHostName(_ name: Text) throws(Errno) {
    guard let start = name.bytes.baseAddress else { return }
    _ = try checkCall(sethostname(UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self), name.count))
  }

  /// finit_module(2): loads a module, compressed where the kernel can unpack it. One that is loaded already is what was wanted.
  public static func loadModule(_ file: borrowing FileDescriptor, parameters: CString, isCompressed: Compression) throws(Errno) {
    let flags = isCompressed == .compressed ? Int(CSYS_MODULE_COMPRESSED) : 0
    let result = csys_call(SYS_finit_module, Int(file.rawValue), Int(bitPattern: parameters.pointer), flags, 0, 0)
    if result == -Int64(EEXIST) { return }
    _ = try check(result)
  }

  public enum Compression { case none, compressed }

  /// Writes one byte to an I/O port, ioperm(2) and outb. ENOSYS where the machine has no ports.
  public static func writePort(_ port: UInt16, _ value: UInt8) throws(Errno) { _ = try check(csys_write_port(port, value)) }
}
