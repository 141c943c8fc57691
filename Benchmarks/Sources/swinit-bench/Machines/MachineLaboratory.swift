/// What all figures of machines are measured with.
struct MachineLaboratory {
  /// How much is measured.
  struct Extent: Encodable {
    let boots: Int
    /// Boots in which instructions are counted.
    let countedBoots: Int
  }

  let machine: Machine
  let workshop: Workshop
  let payloads: Payloads
  let extent: Extent
  let progress: Progress

  /// Tries a boot again that has failed: one in many does on a busy host, and must not cost the others. Throws when it fails three times.
  func insist<Value>(_ boot: () throws(BenchError) -> Value) throws(BenchError) -> Value {
    for _ in 0..<2 {
      do throws(BenchError) { return try boot() } catch { progress.note("booting again: \(error)") }
    }
    return try boot()
  }

  /// A first boot of each, which fills the page cache and whose time is thrown away. Those that work; the others are named and left out.
  func tried<Each: Named>(
    _ what: String, _ subjects: [Each], _ boot: (Each) throws(BenchError) -> Void
  ) -> [Each] {
    subjects.filter { subject in
      progress.show("\(what): trying \(subject.name)")
      do throws(BenchError) {
        try boot(subject)
        return true
      } catch {
        progress.note("\(what): \(subject.name) is left out: \(error)")
        return false
      }
    }
  }
}

/// A group of lines of the table of machines that are measured together.
protocol MachineFigure: Sendable {
  /// The word for `--only`.
  var name: String { get }
  func measure(in laboratory: MachineLaboratory) throws(BenchError) -> [Row]
}

enum MachineFigures {
  static let all: [any MachineFigure] = [MachineStartFigure(), MachineRestFigure(), ArchiveFigure()]
}

extension Subject {
  static let busybox = "busybox"
  static let shell = "shell"
  static let systemd = "systemd"
  /// The early mounts and an exec in C without a library: what no init can be faster than.
  static let least = "least"
  /// The payload as the kernel's own first program.
  static let direct = "direct"
}

extension Lineup {
  static let machines = Lineup(
    names: [Subject.swinit, Subject.busybox, Subject.shell, Subject.systemd, Subject.least, Subject.direct],
    reference: Subject.direct, bare: Subject.direct, others: [Subject.least])
}
