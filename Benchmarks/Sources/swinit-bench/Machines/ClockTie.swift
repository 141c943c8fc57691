/// The kernel's clock and the processor's, tied by marks: moments that the kernel has noted between two readings of the processor's clock.
///
/// The kernel takes its clock's rate from a calibration that fails by some parts in a hundred in an emulated machine, now and then by a third:
/// so a stretch of time is counted in the processor's ticks, of which the host knows how long they are.
struct ClockTie: Equatable {
  /// The processor's ticks in a microsecond of the kernel's.
  let rate: Double
  /// A moment by both.
  private let ticks: Double
  private let microseconds: Double
  /// How far apart the two readings around that moment are, in ticks.
  let width: Double

  /// Nil when the report has not the marks for it.
  init?(_ report: GuestReport) {
    guard let before = report.numbers["mark"], let after = report.numbers["till"] else { return nil }
    // The kernel rounds down.
    let noted = report.log.filter { $0.text == "bench mark" }.map { $0.microseconds + 0.5 }
    guard before.count > 2, before.count == after.count, before.count == noted.count else { return nil }
    let middles = zip(before, after).map { ($0 + $1) / 2 }
    let widths = zip(before, after).map { $1 - $0 }
    // The first marks run through code that was never run before.
    guard let last = noted.indices.last, noted[last] > noted[1] else { return nil }
    rate = (middles[last] - middles[1]) / (noted[last] - noted[1])
    let best = widths.indices.min { widths[$0] < widths[$1] } ?? 0
    (ticks, microseconds, width) = (middles[best], noted[best], widths[best])
  }

  /// The processor's clock when the kernel's showed this.
  func ticks(atKernel time: Double) -> Double { ticks + (time + 0.5 - microseconds) * rate }
}
