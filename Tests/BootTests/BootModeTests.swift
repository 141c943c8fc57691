import TestSupport
import Testing

@testable import Boot
@testable import Sys

@Suite struct BootModeTests {
  private func mode(_ change: (inout BootMode.Signs) -> Void) -> BootMode {
    var signs = BootMode.Signs()
    signs.pidNamespace = BootMode.initialPIDNamespace
    signs.rootMagic = FileSystem.tmpfs
    change(&signs)
    return BootMode(signs)
  }

  @Test func initramfs() {
    #expect(mode { _ in } == .initramfs)
    #expect(mode { $0.rootMagic = FileSystem.ramfs } == .initramfs)
  }

  @Test func system() {
    #expect(mode { $0.rootMagic = 0xEF53 } == .system)
    #expect(mode { $0.rootMagic = nil } == .system)
  }

  @Test func container() {
    #expect(mode { $0.process = ProcessID(7) } == .container)
    #expect(mode { $0.isToldContainer = true } == .container)
    #expect(mode { $0.pidNamespace = 4_026_532_000 } == .container)
  }

  /// The kernel starts its first process before anything is mounted: without /proc its marks decide.
  @Test func withoutProc() {
    #expect(mode { $0.pidNamespace = nil } == .container)
    #expect(
      mode {
        $0.pidNamespace = nil
        $0.looksLikeKernel = true
      } == .initramfs)
  }
}
