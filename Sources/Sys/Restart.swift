import CSys

extension Machine {
  /// reboot(2) LINUX_REBOOT_CMD_RESTART2: a restart with a word for the firmware or the boot loader. Returns only with the reason why not.
  public static func restartNow(saying word: CString) -> Errno {
    Errno(Int32(-csys_call(SYS_reboot, 0xFEE1_DEAD, 0x2812_1969, 0xA1B2_C3D4, Int(bitPattern: word.pointer), 0)))
  }
}
