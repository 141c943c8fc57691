import Testing

@testable import swinit_bench

struct GuestReportTests {
  /// What machine-first sends, with a kernel whose clock is a tenth slow: 1100 ticks are 1 µs to it, and the host has 1000.
  static let text = """
    @ first 2200000
    @ mark 3300000
    @ till 3410000
    @ mark 4400000
    @ till 4400110
    @ mark 5500000
    @ till 5500330
    6,1,0,-;Linux version 6.1 (gcc; ld)
     SUBSYSTEM=mem
    6,320,1000,-;Run /init as init process
    6,321,1200,-;Run /sbin/init as init process
    6,322,1300,-;EXT4-fs (nvme0n1): mounted filesystem
    15,323,3049,-;bench mark
    15,324,4000,-;bench mark
    15,325,5000,-;bench mark
    @ memory 0
    Pss:                 148 kB
    Pss_Anon:             20 kB
    @ end 0
    """

  @Test func aReportHasNumbersLogAndMemory() {
    let report = GuestReport(GuestReportTests.text)
    #expect(report.first("first") == 2_200_000)
    #expect(report.numbers["mark"]?.count == 3)
    #expect(report.log.count == 7)
    #expect(report.log.first?.text == "Linux version 6.1 (gcc; ld)")
    #expect(report.memory["Pss"] == 148)
  }

  @Test func theFirstInitIsTheStart() {
    let report = GuestReport(GuestReportTests.text)
    #expect(report.start == 1000)
    #expect(report.time(of: "EXT4-fs (nvme0n1): mounted") == 1300)
    #expect(report.time(of: "EXT4-fs (sda)") == nil)
  }

  @Test func theClocksAreTiedByTheClosestMark() throws {
    let tie = try #require(ClockTie(GuestReport(GuestReportTests.text)))
    #expect(tie.width == 110)
    #expect((tie.rate - 1100).magnitude < 1)
    // 4000 by the kernel is 4 400 055 by the processor; 1000 is 3000 µs of the kernel's before.
    #expect((tie.ticks(atKernel: 1000) - 1_100_055).magnitude < 500)
  }

  @Test(arguments: ["@ mark 1\n@ till 2\n", "", "@ mark 1\n@ till 2\n6,1,5,-;bench mark\n"])
  func fewerMarksTieNothing(text: String) {
    #expect(ClockTie(GuestReport(text)) == nil)
  }

  @Test func theConsoleTellsWhenTheKernelTurnedOff() {
    let console = "[    1.000001] x\r\n\u{1B}[0m[   12.345678] reboot: Power down\r\n"
    #expect(GuestReport.time(of: "reboot: Power down", onConsole: console) == 12_345_678)
    #expect(GuestReport.time(of: "reboot: Restarting", onConsole: console) == nil)
    #expect(GuestReport.time(of: "reboot: Power down", onConsole: "reboot: Power down") == nil)
  }
}
