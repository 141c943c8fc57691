import Foundation

/// What went wrong.
struct Trouble: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Something that is run once in each round, and the figures that come of it.
struct Subject {
  let name: String
  let run: () throws -> [(String, Double)]

  static func all(_ options: SwvmBench) throws -> [Subject] {
    let work = try Work(options)
    var subjects = [
      Subject(name: "bare") { [("bare kernel, init that does nothing, ms", try work.time(work.bareWords))] },
      Subject(name: "archive") {
        [("swvm run, archive as root, ms", try work.time(work.swvmWords(root: work.archive, ["/init", "--version"])))]
      },
      Subject(name: "run") {
        let total = try work.time(work.swvmWords(root: nil, ["true"]))
        let phases = try work.phases()
        return [("swvm run -- true, ms", total), ("  of it swvm, ms", (phases["swvm"] ?? 0) + (phases["end"] ?? 0))]
          + ["qemu", "kernel", "modules", "root", "streams", "command"].map { ("  of it \($0), ms", phases[$0] ?? 0) }
      },
      Subject(name: "output") {
        // The command's own time in the machine: what comes before it is measured above.
        _ = try work.time(work.swvmWords(root: nil, ["head", "-c", "\(Work.bytes)", "/dev/zero"]))
        return [("standard output, MB/s", Double(Work.bytes) / 1e3 / (try work.phases()["command"] ?? .infinity))]
      },
    ]
    if let program = options.virtmeRun {
      subjects.append(
        Subject(name: "virtme") { [("virtme-run, true, ms", try work.time(work.virtmeWords(program), status: .any))] })
    }
    return subjects
  }
}

/// Files that are needed, and the runs.
struct Work {
  static let bytes = 64 << 20

  let directory: String
  private let options: SwvmBench
  private var kernel: String { URL(filePath: options.kernel).path }
  let archive: String
  private let nothing: String
  private var report: String { "\(directory)/report" }

  init(_ options: SwvmBench) throws {
    self.options = options
    directory =
      FileManager.default.temporaryDirectory.appending(path: "swvm-bench-\(ProcessInfo.processInfo.processIdentifier)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    archive = "\(directory)/archive"
    nothing = "\(directory)/nothing"
    let source = "#include <unistd.h>\n#include <sys/reboot.h>\nint main(void) { return reboot(RB_AUTOBOOT); }\n"
    try source.write(toFile: "\(directory)/nothing.c", atomically: true, encoding: .utf8)
    _ = try time(["cc", "-O2", "-static", "-s", "-o", "\(directory)/init", "\(directory)/nothing.c"])
    _ = try time([options.swvm, "initramfs", "--init", "\(directory)/init", "-o", nothing])
    _ = try time([options.swvm, "initramfs", "--init", options.swinit, "-o", archive])
  }

  /// The same board, kernel and options as swvm's fastest, and nothing else.
  var bareWords: [String] {
    let line =
      "console=ttyS0 reboot=t panic=-1 loglevel=4 noreplace-smp cryptomgr.notests init_on_alloc=0 random.trust_cpu=on initcall_blacklist="
      + "init_kprobe_trace,load_system_certificate_list,init_encrypted,crypto_kdf108_init,slab_sysfs_init,init_ima"
    return [
      "qemu-system-x86_64", "-M", "microvm,acpi=off,auto-kernel-cmdline=off", "-accel", "tcg", "-cpu", "max", "-m", "512",
      "-nodefaults",
      "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio", "-kernel", "\(kernel)/boot", "-initrd", nothing,
      "-append", line,
    ]
  }

  func swvmWords(root: String?, _ command: [String]) -> [String] {
    let words = [
      options.swvm, "run", "--kernel", kernel, "--init", options.swinit, "--accel", "tcg", "--report", "json:\(report)",
    ]
    return words + (root.map { ["--rootfs", $0] } ?? []) + ["--"] + command
  }

  /// It takes the modules from /lib/modules. Its status says nothing here: version 1.42 ends with 255 under TCG, whatever the command did.
  func virtmeWords(_ program: String) -> [String] {
    [
      program, "--kimg", "\(kernel)/vmlinuz", "--mods", "auto", "--disable-kvm", "--memory", "512M", "--show-boot-console",
      "--script-sh", "true",
    ]
  }

  enum Status {
    case good, any
  }

  /// Milliseconds from start to exit.
  func time(_ words: [String], status: Status = .good) throws -> Double {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let errors = Pipe()
    process.standardError = errors
    let begin = ContinuousClock.now
    try process.run()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let duration = begin.duration(to: .now) / .milliseconds(1)
    guard process.terminationStatus == 0 || status == .any else {
      throw Trouble(
        "\(words.joined(separator: " ")): status \(process.terminationStatus)\n\(String(decoding: said, as: UTF8.self))")
    }
    return duration
  }

  /// Of the last run of swvm's.
  func phases() throws -> [String: Double] {
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: report))) as? [String: Any]
    return object?["ms"] as? [String: Double] ?? [:]
  }
}
