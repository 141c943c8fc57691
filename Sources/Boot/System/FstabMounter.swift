public import Sys

/// Mounts what /etc/fstab asks for, `mount -a`, and turns its swap on, `swapon -a`.
///
/// What is left to other programs: fsck(8), whose repairs a person or a script of initcalls.d has to ask for; the helpers
/// /sbin/mount.TYPE, without which NFS and FUSE are not mounted; loop devices. The sixth field is read and not acted on.
public struct FstabMounter {
  private let fstab: Fstab
  private let begin = Instant.now
  private let wait: Interval

  /// `wait`: how long all devices together are waited for.
  public init(_ fstab: Fstab, wait: Interval) {
    self.fstab = fstab
    self.wait = wait
  }

  /// Reads /etc/fstab and tells what in it cannot be read. One that is not there is empty.
  public static func read(_ report: (SystemLine) -> Void) -> (Fstab, Errno?) {
    let fstab = Fstab(FileDescriptor.text(of: Fstab.path))
    for mistake in fstab.mistakes {
      report(
        .failure("\(Fstab.path):\(mistake.line): '\(mistake.error.word)': expected \(mistake.error.expected)"))
    }
    return (fstab, fstab.mistakes.isEmpty ? nil : .invalid)
  }

  /// Everything but the root and swap, parents first.
  public func mountAll(_ report: (SystemLine) -> Void) -> Errno? {
    forEach(fstab.mountPlan, .fileSystem, report) { (entry, source) throws(Errno) in try mount(entry, source, report) }
  }

  public func turnSwapOn(_ report: (SystemLine) -> Void) -> Errno? {
    forEach(fstab.swaps, .swap, report) { (entry, source) throws(Errno) in
      do throws(Errno) { try Swap.on(source, entry.options.swap) } catch { if error != .busy { throw error } }
    }
  }

  private func forEach(
    _ entries: [Fstab.Entry], _ kind: FstabOptions.Kind, _ report: (SystemLine) -> Void,
    _ body: (Fstab.Entry, CString) throws(Errno) -> Void
  ) -> Errno? {
    var first = FirstError()
    guard !entries.isEmpty else { return nil }
    let events = try? Uevents()
    for entry in entries {
      let fault: (Errno, Message)
      do throws(BadWord) {
        let source = try FstabSource(entry)
        guard let device = find(source, entry, kind, events) else {
          tell(entry, Fstab.missing(entry), report)
          if entry.options.need == .required { first.take(.noEntry) }
          continue
        }
        do throws(Errno) {
          try body(entry, device)
          continue
        } catch {
          fault = (error, Fstab.failure(entry, device, error))
        }
      } catch {
        fault = (.invalid, "\(Fstab.path):\(entry.line): '\(error.word)': expected \(error.expected)")
      }
      tell(entry, fault.1, report)
      if entry.options.need == .required { first.take(fault.0) }
    }
    return first.value
  }

  /// What need not be there is looked for once.
  private func find(
    _ source: FstabSource, _ entry: Fstab.Entry, _ kind: FstabOptions.Kind, _ events: borrowing Uevents?
  ) -> CString? {
    if let device = source.find(kind) { return device }
    guard entry.options.need == .required else { return nil }
    let deadline = begin + (entry.options.wait ?? wait)
    switch events {
    case .some(let events): return source.find(kind, until: deadline, events)
    case .none: return nil
    }
  }

  private func tell(_ entry: Fstab.Entry, _ message: Message, _ report: (SystemLine) -> Void) {
    report(entry.options.need == .required ? .failure(message) : .note(message))
  }

  private func mount(_ entry: Fstab.Entry, _ source: CString, _ report: (SystemLine) -> Void) throws(Errno) {
    makeTarget(of: entry, source)
    let options = entry.options
    if options.form == .fileSystem {
      try mountFileSystem(entry, source, report)
    } else {
      let tree = options.form == .bindTree ? MountFlags.recursive : []
      try Mount.bind(source, on: entry.target, flags: tree.rawValue)
      // mount(2) takes no other flag together with MS_BIND, and then takes away those that are not said again.
      let standing = MountFlags(rawValue: FileSystem.restrictions(of: entry.target))
      if !options.flags.isEmpty { try Mount.remount(entry.target, flags: options.flags.union([.bind, standing]).rawValue) }
    }
    if !options.propagation.isEmpty { try Mount.setPropagation(of: entry.target, flags: options.propagation.rawValue) }
  }

  private func mountFileSystem(_ entry: Fstab.Entry, _ source: CString, _ report: (SystemLine) -> Void) throws(Errno) {
    let flags = entry.options.flags
    switch MountedFileSystem.now(on: entry.target) {
    case .some(let mounted) where mounted.isDevice && FstabMounter.isSame(mounted, source): return
    case .some(let mounted) where !mounted.isDevice && mounted.isOf(type: entry.type.text):
      // One of the early mounts: the line says how it is to be, if it says anything.
      guard !flags.isEmpty || entry.options.data != nil else { return }
      let all = flags.union(mounted.standingFlags).rawValue
      return try Mount.remount(entry.target, flags: all, data: entry.options.data)
    default: break
    }
    var last = Errno.noDevice
    for type in types(of: entry, source) {
      do throws(Errno) {
        return try Mount.attach(source, on: entry.target, type: type, flags: flags.rawValue, data: entry.options.data)
      } catch {
        last = error
      }
      // A write-protected medium, as mount(8) treats it.
      if last == .readOnly || last == .noAccess, !flags.contains(.readOnly) {
        let readOnly = flags.union(.readOnly).rawValue
        if (try? Mount.attach(source, on: entry.target, type: type, flags: readOnly, data: entry.options.data)) != nil {
          return report(.note("\(Fstab.path):\(entry.line): \(source) is write-protected: it is mounted read-only"))
        }
      }
    }
    throw last
  }

  private static func isSame(_ mounted: MountedFileSystem, _ source: CString) -> Bool {
    (try? DeviceNumber(ofNode: source)).map { $0 == mounted.device } == true
  }

  /// For `auto` what the superblock says, else each that the kernel has for block devices.
  private func types(of entry: Fstab.Entry, _ source: CString) -> [CString] {
    var list: [CString] = []
    if !(entry.type.text == "auto") {
      FileSystemTypeList(entry.type.text).forEachName { list.append(CString(copying: $0)) }
      return list
    }
    if let number = try? DeviceNumber(ofNode: source),
      let superblock = BlockDevice.all().first(where: { $0.number == number })?.superblock
    {
      return [CString(stringLiteral: superblock.type.name)]
    }
    FileDescriptor.text(of: "/proc/filesystems").forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
      if line.hasPrefix("\t") { list.append(CString(copying: line.dropFirst())) }
    }
    return list
  }

  /// A mount point that is not there is made, as systemd does; for a file that is bound, a file.
  private func makeTarget(of entry: Fstab.Entry, _ source: CString) {
    guard (try? FileStatus(of: entry.target)) == nil else { return }
    let path = entry.target.text
    var end = 1
    while end < path.count {
      let next = path.dropFirst(end).firstIndex(of: UInt8(ascii: "/")).map { end + $0 } ?? path.count
      let isLast = next == path.count
      if isLast, entry.options.form != .fileSystem, (try? FileStatus(of: source))?.isDirectory == false {
        _ = try? FileDescriptor(creating: entry.target, mode: 0o644)
      } else {
        try? Directory.make(CString(copying: path.prefix(next)), mode: isLast ? entry.options.directoryMode : 0o755)
      }
      end = next + 1
    }
  }
}

extension Fstab {
  @inline(never)
  fileprivate static func missing(_ entry: Entry) -> Message {
    "\(path):\(entry.line): \(entry.source) for \(entry.target) is not there; there are: \(RootFinder.listing)"
  }

  @inline(never)
  fileprivate static func failure(_ entry: Entry, _ source: CString, _ error: Errno) -> Message {
    if entry.isSwap { return "\(path):\(entry.line): cannot swap on \(source): \(error)" }
    let why: Message =
      (try? FileStatus(of: entry.target)) == nil
      ? "\(error): there is no \(entry.target)" : error == .noDevice ? "\(error): the kernel has no such file system" : "\(error)"
    return "\(path):\(entry.line): cannot mount \(source) on \(entry.target) as \(entry.type): \(why)"
  }
}

/// What is mounted on a directory now.
struct MountedFileSystem {
  let type: [UInt8]
  let device: DeviceNumber
  /// Whether its number is a device's: those without one have major 0.
  var isDevice: Bool { device.major != 0 }

  func isOf(type wanted: Text) -> Bool { wanted.bytes.elementsEqual(type) }

  /// What the kernel's own views keep, whatever their line says: `defaults` there means hidepid= and its kind, not setuid programs.
  var standingFlags: MountFlags {
    isOf(type: Text("proc")) || isOf(type: Text("sysfs")) || isOf(type: Text("cgroup2"))
      ? [.noSetUID, .noDevices, .noExecution] : []
  }

  /// The last line for the place is what can be seen there.
  static func now(on target: CString) -> MountedFileSystem? {
    find(target.text, in: FileDescriptor.text(of: MountInfo.path))
  }

  static func find(_ target: Text, in table: Text) -> MountedFileSystem? {
    var found: MountedFileSystem?
    table.forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
      guard let mount = MountInfo(line), target.bytes.elementsEqual(OctalEscape.decoded(mount.target)) else { return }
      found = MountedFileSystem(type: [UInt8](mount.type.bytes), device: mount.device)
    }
    return found
  }
}

extension DeviceNumber {
  /// st_rdev of a node in /dev.
  init(ofNode path: CString) throws(Errno) {
    let (major, minor) = try DeviceNode.number(of: path)
    self.init(major: major, minor: minor)
  }
}
