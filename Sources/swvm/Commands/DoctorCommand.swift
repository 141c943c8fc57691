import ArgumentParser
import Glibc

/// swvm doctor.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look at what machines need here, and say what is missing.")

  @Option(help: ArgumentHelp("Kernel to look at.", valueName: "FILE|VERSION"))
  var kernel: String?
  @Option(name: .customLong("init"), help: ArgumentHelp("swinit's static binary.", valueName: "FILE"))
  var initProgram: String?

  private enum Finding: String {
    case good = "ok     "
    case slow = "slow   "
    case missing = "missing"
  }

  func run() async throws {
    var isWell = true
    func tell(_ finding: Finding, _ text: String) {
      if finding == .missing { isWell = false }
      Bytes.writeAll(Array("\(finding.rawValue) \(text)\n".utf8), to: 1)
    }
    if let path = Files.program(Machine.emulatorName), let version = try? await Tool.run(path, ["--version"]) {
      tell(.good, "\(version.split(separator: "\n").first ?? "QEMU") (\(path))")
    } else {
      tell(.missing, "\(Machine.emulatorName) (Debian: qemu-system-x86)")
    }
    tell(Accelerator.here.accelerator == .kvm ? .good : .slow, Accelerator.here.reason)
    do throws(Complaint) { tell(.good, "swinit: \(try Init.find(initProgram))") } catch { tell(.missing, error.text) }
    var modules: KernelModules?
    do throws(Complaint) {
      let kernel = try Kernel.find(kernel)
      tell(
        kernel.format == .unpacked ? .good : .slow,
        "kernel \(kernel.release ?? "of a version that it does not tell"): \(kernel.image)")
      if let place = kernel.modules {
        modules = try KernelModules(place)
        tell(.good, "its modules: \(place)")
      } else {
        tell(.slow, "no modules of it: what is not built in cannot be used")
      }
    } catch { tell(.missing, error.text) }
    do throws(Complaint) {
      switch try ShareMethod.choose(modules) {
      case .virtiofs(let daemon): tell(.good, "directories by virtiofs: \(daemon.path)")
      case .ninep: tell(.slow, "directories by 9p")
      }
    } catch { tell(.missing, error.text) }
    if let modules, !modules.has("overlay") { tell(.missing, "the kernel's overlay module: --rootfs host needs it") }
    if !isWell { throw ExitCode(1) }
  }
}
