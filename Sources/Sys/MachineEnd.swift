import CSys

extension Machine {
  /// reboot(2) alone, without the sync(2) that `end(_:)` begins with. Returns only with the reason why not.
  public static func endUnsynchronized(_ end: End) -> Errno {
    let command: Int32 =
      switch end {
      case .powerOff: CSYS_RB_POWER_OFF
      case .restart: CSYS_RB_AUTOBOOT
      case .halt: CSYS_RB_HALT_SYSTEM
      }
    return reboot(command) < 0 ? Errno(csys_errno()) : Errno(0)
  }
}

extension Errno {
  /// EPERM: the right to do it is missing.
  public static let notPermitted = Errno(EPERM)
}
