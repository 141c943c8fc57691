public import Sys

/// machine-id(5): 32 hexadecimal digits that name this installation.
public struct MachineID: Equatable {
  /// In lower case.
  public let digits: [UInt8]

  /// Reads 32 digits, or a UUID's with their hyphens, in either case. White space may follow; nothing else may. All zeros, as
  /// a firmware says that has none, and all ones are no name.
  public init?(_ text: Text) {
    var digits: [UInt8] = []
    let word = text.cut(at: UInt8(ascii: "\n"))?.before.trimmed ?? text.trimmed
    let hyphens = word.bytes.count { $0 == UInt8(ascii: "-") }
    guard word.count == 32 + hyphens, hyphens == 0 || hyphens == 4 else { return nil }
    for (index, byte) in word.bytes.enumerated() {
      if byte == UInt8(ascii: "-") {
        guard index == 8 || index == 13 || index == 18 || index == 23 else { return nil }
        continue
      }
      let lower = asciiLowercase(byte)
      guard
        (lower >= UInt8(ascii: "0") && lower <= UInt8(ascii: "9")) || (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "f"))
      else {
        return nil
      }
      digits.append(lower)
    }
    guard digits.count == 32, digits.contains(where: { $0 != UInt8(ascii: "0") }),
      digits.contains(where: { $0 != UInt8(ascii: "f") })
    else { return nil }
    self.digits = digits
  }

  /// A random UUID, version 4, of 16 random bytes.
  init(random bytes: [UInt8]) {
    var digits: [UInt8] = []
    for index in 0..<16 {
      var byte = index < bytes.count ? bytes[index] : 0
      if index == 6 { byte = byte & 0x0F | 0x40 }
      if index == 8 { byte = byte & 0x3F | 0x80 }
      digits.appendHexadecimal(UInt32(byte), digits: 2)
    }
    self.digits = digits
  }

  /// Where else it may stand.
  struct Sources {
    var parameter: Text?
    var dbus = Text("")
    var product = Text("")
    var isVirtual = false
  }

  /// Why a source that was to win does not: `systemd.machine_id=` with something else in it.
  static func choose(_ sources: Sources) -> (id: MachineID?, mistake: BadWord?) {
    var mistake: BadWord?
    if let word = sources.parameter {
      if let id = MachineID(word) { return (id, nil) }
      // As systemd has it: firmware asks for the machine's own.
      if !(word == "firmware") { mistake = BadWord(word, expected: "32 hexadecimal digits") }
    }
    if let id = MachineID(sources.dbus) { return (id, mistake) }
    // Boards of one kind often have the same number; virtual machines get one each.
    let isAsked = sources.parameter.map { $0 == "firmware" } == true
    return (sources.isVirtual || isAsked ? MachineID(sources.product) : nil, mistake)
  }

  /// Whether the processor says that it is a hypervisor's: the flag of /proc/cpuinfo, on x86.
  static func isVirtual(processors: Text, vendor: Text) -> Bool {
    if vendor.hasPrefix("QEMU") { return true }
    var result = false
    var isFlags = false
    // The first processor's line is enough.
    processors.forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
      guard !isFlags, line.hasPrefix("flags") else { return }
      isFlags = true
      line.forEachPart(separatedBy: UInt8(ascii: " ")) { if $0 == "hypervisor" { result = true } }
    }
    return result
  }
}

extension MachineID {
  private static let path: CString = "/etc/machine-id"
  private static let transient: CString = "/run/machine-id"

  /// Keeps what /etc/machine-id says; else finds or makes one and writes it there, or, where the root cannot be written, mounts it there
  /// from /run until the next start.
  public static func settle(parameter: Text?, _ report: (SystemLine) -> Void) -> Errno? {
    if MachineID(FileDescriptor.text(of: path)) != nil { return nil }
    var sources = Sources(parameter: parameter)
    sources.dbus = FileDescriptor.text(of: "/var/lib/dbus/machine-id")
    sources.product = FileDescriptor.text(of: "/sys/class/dmi/id/product_uuid")
    sources.isVirtual = isVirtual(
      processors: FileDescriptor.text(of: "/proc/cpuinfo"), vendor: FileDescriptor.text(of: "/sys/class/dmi/id/sys_vendor"))
    let (found, mistake) = choose(sources)
    var first = FirstError()
    if let mistake {
      report(.failure("kernel command line: machine id '\(mistake.word)': expected \(mistake.expected)"))
      first.take(.invalid)
    }
    do throws(Errno) {
      let id = if let found { found } else { try random() }
      do throws(Errno) { try id.write() } catch {
        report(.note("cannot write \(path): \(error); the machine id is kept in \(transient) until the next start"))
        try id.writeTransient()
      }
    } catch {
      report(.failure("\(path): there is no machine id: \(error)"))
      first.take(error)
    }
    return first.value
  }

  private static func random() throws(Errno) -> MachineID {
    var bytes = [UInt8](repeating: 0, count: 16)
    var result = Errno(0)
    bytes.withUnsafeMutableBytes { buffer in
      do throws(Errno) { _ = try Random.fill(buffer) } catch { result = error }
    }
    if result != Errno(0) { throw result }
    return MachineID(random: bytes)
  }

  /// Whole or not at all.
  private func write() throws(Errno) {
    let new: CString = "/etc/machine-id.new"
    try write(to: new)
    do throws(Errno) { try Directory.rename(new, to: MachineID.path) } catch {
      try? Directory.remove(new)
      throw error
    }
  }

  /// A bind mount needs a file to lie on; a root that is to be read-only should have an empty one.
  private func writeTransient() throws(Errno) {
    try write(to: MachineID.transient)
    try Mount.bind(MachineID.transient, on: MachineID.path)
    try Mount.remount(MachineID.path, flags: MountFlags([.bind, .readOnly, .noSetUID, .noDevices]).rawValue)
  }

  private func write(to path: CString) throws(Errno) {
    let file = try FileDescriptor(creating: path, mode: 0o444)
    var result = Errno(0)
    (digits + [UInt8(ascii: "\n")]).withUnsafeBytes { bytes in
      do throws(Errno) { try file.write(bytes) } catch { result = error }
    }
    if result != Errno(0) { throw result }
    try file.sync()
  }
}
