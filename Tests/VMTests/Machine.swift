import Foundation
import Glibc

/// The trailer of a test run: `swinit: exit TOKEN CODE`.
struct Report: Equatable {
  let token: String
  let code: Int

  init(_ token: String, _ code: Int) {
    self.token = token
    self.code = code
  }
}

/// A boot that is over.
struct Ended: CustomStringConvertible {
  enum Exit: Equatable { case code(Int32), killed(Int32) }

  /// QEMU's own end.
  let exit: Exit
  /// All that came on the first serial port, less carriage returns.
  let console: String
  let bytes: [UInt8]
  /// What came on the second one, less carriage returns.
  let second: String
  let line: String

  var lines: [Substring] { console.split(whereSeparator: \.isNewline) }
  /// Every trailer. The kernel's own lines may stand in front on the same line.
  var reports: [Report] {
    lines.compactMap { line in
      guard let range = line.range(of: "swinit: exit ") else { return nil }
      let words = line[range.upperBound...].split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 2, let code = Int(words[1]) else { return nil }
      return Report(String(words[0]), code)
    }
  }
  /// What act and record-init say: the values of `@ name value`.
  func values(_ name: String) -> [String] {
    lines.compactMap { $0.hasPrefix("@ \(name) ") ? String($0.dropFirst(name.count + 3)) : nil }
  }
  func value(_ name: String) -> String? { values(name).first }
  func says(_ part: String) -> Bool { console.contains(part) }
  /// swinit's own lines.
  var said: [Substring] { lines.filter { $0.contains("swinit: ") } }

  var description: String { "QEMU: \(exit)\ncommand line: \(line)\nconsole:\n\(console.suffix(4000))\nsecond port: \(second)" }
}

/// One machine of QEMU's. TCG, so that it is the same everywhere.
///
/// A wait that lasts past the deadline ends QEMU and throws what was seen.
final class Machine {
  enum Kind {
    /// Without ACPI and PCI: the fastest. It has no power-off (RB_POWER_OFF stands still), and leaves by a restart.
    case micro
    /// With both: nvme disks, and a power-off.
    case pc
  }

  /// Seconds that a boot may last. Twenty times what it takes: a machine under load must not make a test fail.
  static let deadline = Double(ProcessInfo.processInfo.environment["SWINIT_VM_DEADLINE"] ?? "") ?? 30
  private static let showsAll = ProcessInfo.processInfo.environment["SWINIT_VM_VERBOSE"] != nil

  /// What makes a boot fast, and leaves nothing for init: see scripts/record-cmdline, which proves it.
  static let options =
    "console=ttyS0 reboot=t loglevel=4 noreplace-smp cryptomgr.notests init_on_alloc=0 initcall_blacklist="
    + "init_kprobe_trace,load_system_certificate_list,init_encrypted,crypto_kdf108_init,slab_sysfs_init,init_ima"

  private var pid: pid_t = 0
  private var exit: Ended.Exit?
  private var output: Int32
  private var input: Int32
  private var seen: [UInt8] = []
  private var cursor = 0
  private let second: String?
  private let monitor: String?
  private let line: [UInt8]
  private let start = Date()

  /// - Parameters:
  ///   - line: what follows `options` on the kernel's command line.
  ///   - panic: panic= in front of it; nil: none.
  ///   - disks: nvme0n1, nvme1n1…, in that order; only on a `.pc`.
  ///   - exitDevice: isa-debug-exit at port 0xf4.
  ///   - secondPort: ttyS1, to a file.
  ///   - more: more words for QEMU.
  init(
    _ initramfs: Initramfs?, line: String = "", bytes: [UInt8]? = nil, kind: Kind = .micro, panic: Int? = -1, disks: [Disk] = [],
    exitDevice: Bool = false, secondPort: Bool = false, monitor: Bool = false, kernel: String = Place.kernel, more: [String] = []
  ) throws {
    _ = Self.ready
    let options = Self.options + (panic.map { " panic=\($0)" } ?? "") + " "
    self.line = Array(options.utf8) + (bytes ?? Array(line.utf8))
    var words = ["qemu-system-x86_64", "-M", kind == .micro ? "microvm,acpi=off,auto-kernel-cmdline=off" : "q35"]
    words += ["-accel", "tcg", "-cpu", "max", "-m", "256", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    words += ["-chardev", "stdio,id=first,signal=off", "-serial", "chardev:first", "-kernel", kernel]
    if let initramfs { words += ["-initrd", try initramfs.path()] }
    for (index, disk) in disks.enumerated() {
      words += ["-drive", "if=none,id=disk\(index),format=raw,\(disk.changes.rawValue),file=\(disk.path)"]
      words += ["-device", "nvme,serial=disk\(index),drive=disk\(index)"]
    }
    if exitDevice { words += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"] }
    second = secondPort ? Place.fresh("second") : nil
    if let second { words += ["-chardev", "file,id=second,path=\(second)", "-device", "isa-serial,index=1,chardev=second"] }
    self.monitor = monitor ? Place.fresh("monitor") : nil
    if let path = self.monitor { words += ["-monitor", "unix:\(path),server=on,wait=off"] }
    words += more + ["-append"]

    var stdin: [Int32] = [0, 0]
    var stdout: [Int32] = [0, 0]
    guard pipe(&stdin) == 0, pipe(&stdout) == 0 else { throw Trouble("pipe: errno \(errno)") }
    for descriptor in stdin + stdout { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, stdin[0], 0)
    posix_spawn_file_actions_adddup2(&actions, stdout[1], 1)
    posix_spawn_file_actions_adddup2(&actions, stdout[1], 2)
    // As bytes: the command line need not be UTF-8.
    var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    argv.append((self.line + [0]).withUnsafeBytes { strdup($0.bindMemory(to: CChar.self).baseAddress!) })
    argv.append(nil)
    defer { argv.forEach { free($0) } }
    let error = posix_spawnp(&pid, argv[0]!, &actions, nil, &argv, environ)
    close(stdin[0])
    close(stdout[1])
    input = stdin[1]
    output = stdout[0]
    guard error == 0 else {
      pid = 0
      throw Trouble("cannot start qemu-system-x86_64: errno \(error)")
    }
  }

  deinit { stop() }

  /// Runs to the end.
  static func boot(
    _ initramfs: Initramfs?, line: String = "", bytes: [UInt8]? = nil, kind: Kind = .micro, panic: Int? = -1, disks: [Disk] = [],
    exitDevice: Bool = false, secondPort: Bool = false, kernel: String = Place.kernel, more: [String] = []
  ) throws -> Ended {
    try Machine(
      initramfs, line: line, bytes: bytes, kind: kind, panic: panic, disks: disks, exitDevice: exitDevice, secondPort: secondPort,
      kernel: kernel, more: more
    ).finish()
  }

  /// Waits for QEMU's end.
  func finish() throws -> Ended {
    try pump("the end") { self.exit != nil }
    let ended = result()
    if Self.showsAll { print("--- \(start.timeIntervalSinceNow * -1) s\n\(ended)") }
    return ended
  }

  /// Ends QEMU as it stands, for a machine that is to stay.
  func leave() -> Ended {
    stop()
    let ended = result()
    if Self.showsAll { print("--- left after \(start.timeIntervalSinceNow * -1) s\n\(ended)") }
    return ended
  }

  /// Waits for text on the console, behind what was found last. Gives the line that it is in, as far as it has come.
  @discardableResult func text(_ part: String) throws -> String {
    var found: String?
    try pump("'\(part)'") {
      let rest = self.seen[self.cursor...]
      guard let range = rest.firstRange(of: Array(part.utf8)) else { return false }
      let newline = UInt8(ascii: "\n")
      let begin = rest[..<range.lowerBound].lastIndex(of: newline).map { $0 + 1 } ?? rest.startIndex
      let end = rest[range.upperBound...].firstIndex(of: newline) ?? rest.endIndex
      self.cursor = range.upperBound
      found = String(decoding: self.seen[begin..<end], as: UTF8.self)
      return true
    }
    return found!
  }

  /// Whether it comes in this time: for what must not come, where nothing else can be waited for.
  func says(_ part: String, within seconds: Double) throws -> Bool {
    let limit = Date(timeIntervalSinceNow: seconds)
    var found = false
    try pump("", atMost: limit) {
      found = self.seen[self.cursor...].firstRange(of: Array(part.utf8)) != nil
      return found || Date() >= limit
    }
    return found
  }

  /// Types on the console.
  func type(_ text: String) { _ = Array(text.utf8).withUnsafeBytes { write(input, $0.baseAddress, $0.count) } }

  /// Says a word to QEMU's monitor.
  func command(_ words: String) throws {
    guard let monitor else { throw Trouble("the machine has no monitor") }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: monitor.utf8) }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
    guard connected == 0 else { throw Trouble("QEMU's monitor: errno \(errno)") }
    // Its greeting, then the answer: an end of the connection before that would lose the command.
    var block = [UInt8](repeating: 0, count: 4096)
    var said = ""
    func wait(for prompts: Int) throws {
      while said.components(separatedBy: "(qemu) ").count <= prompts {
        let count = read(descriptor, &block, block.count)
        guard count > 0 else { throw Trouble("QEMU's monitor ended: \(said)") }
        said += String(decoding: block[..<count], as: UTF8.self)
      }
    }
    try wait(for: 1)
    _ = Array("\(words)\n".utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    try wait(for: 2)
    if said.contains("Error") { throw Trouble("QEMU's monitor: \(said)") }
  }

  // MARK: -

  private static let ready: Void = {
    // Writing to a QEMU that has gone must not end the tests.
    signal(SIGPIPE, SIG_IGN)
    // The kernel, when it is not there yet.
    do { try Place.run(["scripts/kernel"]) } catch { fatalError("\(error)") }
  }()

  private func result() -> Ended {
    Ended(
      exit: exit ?? .killed(SIGKILL), console: String(decoding: seen, as: UTF8.self), bytes: seen,
      second: second.flatMap { FileManager.default.contents(atPath: $0) }.map {
        String(decoding: $0.filter { $0 != 13 }, as: UTF8.self)
      } ?? "", line: String(decoding: line, as: UTF8.self))
  }

  private func pump(_ what: String, atMost bound: Date? = nil, until done: () -> Bool) throws {
    let limit = start.addingTimeInterval(Self.deadline)
    while !done() {
      guard exit == nil else { throw gaveUp("\(what), and QEMU had ended") }
      let left = limit.timeIntervalSinceNow
      guard left > 0 else { throw gaveUp("\(what) for \(Int(Self.deadline)) s") }
      let wait = max(0, min(left, bound?.timeIntervalSinceNow ?? left))
      var fd = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      guard poll(&fd, 1, Int32(wait * 1000) + 1) > 0 else { continue }
      var block = [UInt8](repeating: 0, count: 65536)
      let length = read(output, &block, block.count)
      if length > 0 {
        seen += block[..<length].lazy.filter { $0 != UInt8(ascii: "\r") }
      } else if length == 0 {
        collect()
      }
    }
  }

  private func collect() {
    guard pid > 0 else { return }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    exit = status & 0x7F == 0 ? .code(status >> 8 & 0xFF) : .killed(status & 0x7F)
    pid = 0
    close(input)
    close(output)
  }

  private func gaveUp(_ what: String) -> Trouble {
    stop()
    return Trouble("waited in vain for \(what)\n\(result())")
  }

  private func stop() {
    guard pid > 0 else { return }
    kill(pid, SIGKILL)
    collect()
  }
}
