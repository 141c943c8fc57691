/// PID 1 of a machine that has nothing to do: its memory, and how long it takes from the request of a power-off to the kernel's own.
struct MachineRestFigure: MachineFigure {
  let name = "rest"

  func measure(in laboratory: MachineLaboratory) throws(BenchError) -> [Row] {
    let systems = try Systems(workshop: laboratory.workshop, payload: laboratory.payloads.quiet).all(laboratory.progress.note)
    let working = laboratory.tried(name, systems) { (system) throws(BenchError) in
      _ = try powerOff(try laboratory.machine.boot(system.setup), system)
    }
    var time: [System.Form: Samples] = [:]
    var proportional: [System.Form: Samples] = [:]
    var resident: [System.Form: Samples] = [:]
    try Rounds(name, count: laboratory.extent.boots, laboratory.progress).run(working) { (system) throws(BenchError) in
      let (boot, milliseconds) = try laboratory.insist { () throws(BenchError) in
        let boot = try laboratory.machine.boot(system.setup)
        return (boot, try powerOff(boot, system) / 1000)
      }
      let (form, subject, memory) = (system.form, system.subject, boot.report.memory)
      time[form, default: Samples()].add(milliseconds, of: subject)
      guard subject != Subject.direct else { return }
      if let kilobytes = memory["Pss"] { proportional[form, default: Samples()].add(Double(kilobytes), of: subject) }
      if let kilobytes = memory["Rss"] { resident[form, default: Samples()].add(Double(kilobytes), of: subject) }
    }
    return System.Form.allCases.flatMap { form -> [Row] in
      let id = "machine.\(form.rawValue)"
      let off = time[form] ?? Samples()
      return [
        Row("\(id).off", "\(form.title): power-off", unit: "ms", digits: 1, off, in: .machines),
        Row(
          "\(id).off.net", "the same less `direct`", unit: "ms", digits: 1, off.less(Subject.direct), in: .machines,
          bounds: form == .system ? [.value(50), .ratio(to: Subject.busybox, 1), .ratio(to: Subject.systemd, 1)] : []),
        Row("\(id).pss", "\(form.title): PSS of PID 1", unit: "KiB", proportional[form] ?? Samples(), in: .machines),
        Row("\(id).rss", "\(form.title): RSS of PID 1", unit: "KiB", resident[form] ?? Samples(), in: .machines),
      ].filter { !$0.values.isEmpty }
    }
  }

  /// Microseconds from the request to the kernel's `reboot: Power down`.
  private func powerOff(_ boot: Machine.Boot, _ system: System) throws(BenchError) -> Double {
    guard let request = boot.report.first("request") else {
      throw .unavailable(reason: "\(system.name): its payload has asked for nothing")
    }
    guard let end = GuestReport.time(of: "reboot: Power down", onConsole: boot.console) else {
      throw .unavailable(reason: "\(system.name): was not turned off; on the console: \(boot.console.suffix(600))")
    }
    return -boot.microseconds(from: end, to: request)
  }
}
