import Testing

@testable import swvm

/// What a kernel's log tells, and the chart of it.
@Suite struct PlotTests {
  private static let log = KernelLog(
    Array(
      """
      6,1,0,-;Linux version 6.1.0
      4,2,100000,-;initcall_level: level=pure
      7,3,101000,-;calling  net_init+0x0/0x10 @ 1
      7,4,105000,-;initcall net_init+0x0/0x10 returned 0 after 4000 usecs
      4,5,200000,-;initcall_level: level=late
      7,6,201000,-;calling  <odd>&+0x0/0x10 @ 1
       SUBSYSTEM=pci
      7,7,251000,-;initcall <odd>&+0x0/0x10 returned -19 after 50000 usecs
      6,8,300000,-;Run /init as init process
      7,9,400000,-;calling  fuse_init+0x0/0x137 [fuse] @ 70
      7,10,410000,-;initcall fuse_init+0x0/0x137 [fuse] returned 0 after 10000 usecs
      nonsense
      7,11,not,-;calling x
      """.utf8))

  @Test func levels() {
    #expect(PlotTests.log.levels.map(\.name) == ["pure", "late"])
    #expect(PlotTests.log.levels.map(\.begin) == [0.1, 0.2])
    #expect(PlotTests.log.levels.map(\.end) == [0.2, 0.3])
  }

  @Test func initcalls() {
    #expect(PlotTests.log.initcalls.map(\.name) == ["net_init", "<odd>&", "fuse_init"])
    #expect(PlotTests.log.initcalls.map(\.level) == ["pure", "late", nil])
    #expect(PlotTests.log.initcalls.map(\.end) == [0.105, 0.251, 0.41])
  }

  @Test func chart() {
    let chart = Chart(title: "a < b", log: PlotTests.log, milestones: [("modules", 0.35, 0.42), ("command", 0.45, 0.5)])
    #expect(chart.lanes.map(\.name) == ["kernel", "levels", "pure", "late", "modules", "swinit"])
    let text = chart.svg
    #expect(text.contains("a &lt; b") && text.contains("&lt;odd&gt;&amp;") && !text.contains("<odd>"))
    #expect(text.contains("fuse_init: 10 ms"))
  }

  @Test func nothing() { #expect(Chart(title: "", log: KernelLog([]), milestones: []).svg.hasSuffix("</svg>\n")) }
}
