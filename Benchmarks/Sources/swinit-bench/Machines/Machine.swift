import CBench
import Foundation

/// A machine that is booted to be measured: what is in it, and by which name.
struct Setup: Named {
  enum Arrival {
    /// The disk is there before the kernel is.
    case before
    /// It is plugged in some seconds after the start, when init has been waiting for it.
    case late
  }

  let name: String
  var initramfs: String?
  /// nvme0n1.
  var disk: String?
  var arrival = Arrival.before
  /// What follows the usual options on the kernel's command line.
  var line = ""
}

/// QEMU with one processor and without an accelerator, so that the machine is the same everywhere. Tests/VMTests/Machine.swift has the same
/// one for the tests.
struct Machine {
  /// What the machine's processor counts.
  enum Clock: String {
    /// The host's time.
    case host
    /// Instructions, a nanosecond each: the same in each boot, whatever else the host does.
    case instructions
  }

  /// A boot that is over.
  struct Boot {
    let report: GuestReport
    let console: String
    /// Ticks of the machine's processor in a microsecond.
    let ticks: Double
    let tie: ClockTie

    /// Microseconds from a moment of the kernel's clock to one of the processor's.
    func microseconds(from kernel: Double, to processor: Double) -> Double { (processor - tie.ticks(atKernel: kernel)) / ticks }
  }

  /// Makes a boot fast, and leaves nothing for init: scripts/record-cmdline.
  private static let options =
    "console=ttyS0 reboot=t panic=-1 loglevel=4 noreplace-smp cryptomgr.notests init_on_alloc=0 initcall_blacklist="
    + "init_kprobe_trace,load_system_certificate_list,init_encrypted,crypto_kdf108_init,slab_sysfs_init,init_ima "
  /// In front of the machine's other users, where that is allowed.
  private static let priority = geteuid() == 0 ? ["nice", "-n", "-20"] : ["nice", "-n", "0"]
  /// Seconds, many times what the slowest takes.
  private static let limit = 90
  /// Seconds after which a late disk comes; a kernel takes one or two to its init.
  private static let delay = 5

  let kernel: String
  /// For what comes by port 0xe9 and by the serial port.
  let directory: String

  /// Boots it and waits for its end. Throws `BenchError.unavailable` with the console's last lines when its payload has said nothing.
  func boot(_ setup: Setup, _ clock: Clock = .host) throws(BenchError) -> Boot {
    guard let environment = Tool("env") else { throw .unavailable(reason: "there is no env(1)") }
    for file in [port, serial] { unlink(file) }
    let start = (ticks: bench_ticks(), nanoseconds: bench_now())
    let (said, code) = try environment.run(
      Machine.priority + ["timeout", "--kill-after=5", "\(Machine.limit)"] + plugging(setup) + words(setup, clock))
    let passed = (ticks: bench_ticks() - start.ticks, nanoseconds: bench_now() - start.nanoseconds)
    guard code != 124 else { throw .timeout(subject: setup.name, what: "the machine's end") }
    let console = (try? Files.text(serial)) ?? ""
    let report = GuestReport((try? Files.text(port)) ?? "")
    guard let tie = ClockTie(report) else {
      throw .unavailable(
        reason: "\(setup.name): the payload has said nothing; on the console: \(console.suffix(600))\(said.suffix(600))")
    }
    let ticks = clock == .host ? Double(passed.ticks) / Double(passed.nanoseconds) * 1000 : 1000
    return Boot(report: report, console: console, ticks: ticks, tie: tie)
  }

  private var port: String { "\(directory)/port" }
  private var serial: String { "\(directory)/serial" }

  /// A program in front of QEMU that types on its monitor when it is time for a late disk.
  private func plugging(_ setup: Setup) -> [String] {
    guard setup.disk != nil, setup.arrival == .late else { return [] }
    let typing = "{ sleep \(Machine.delay); echo device_add nvme,serial=disk0,drive=disk0,bus=bay; }"
    return ["sh", "-c", typing + " | \"$@\"", "sh"]
  }

  private func words(_ setup: Setup, _ clock: Clock) -> [String] {
    var words = ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-cpu", "max", "-m", "256"]
    words += ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    words += ["-serial", "file:\(serial)"]
    words += ["-chardev", "file,id=host,path=\(port)", "-device", "isa-debugcon,iobase=0xe9,chardev=host"]
    words += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    if clock == .instructions { words += ["-icount", "shift=0,sleep=off"] }
    if let disk = setup.disk {
      words += ["-drive", "if=none,id=disk0,format=raw,snapshot=on,file=\(disk)"]
      switch setup.arrival {
      case .before: words += ["-device", "nvme,serial=disk0,drive=disk0"]
      case .late: words += ["-device", "pcie-root-port,id=bay,chassis=1,slot=1", "-monitor", "stdio"]
      }
    }
    if let initramfs = setup.initramfs { words += ["-initrd", initramfs] }
    return words + ["-kernel", kernel, "-append", Machine.options + setup.line]
  }
}
