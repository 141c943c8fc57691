public import Sys

/// What mount(2) takes as mountflags: MS_… of linux/mount.h, which are part of the kernel's interface and the same everywhere.
public struct MountFlags: OptionSet, Sendable {
  public let rawValue: UInt

  public init(rawValue: UInt) { self.rawValue = rawValue }

  public static let readOnly = MountFlags(rawValue: 1)
  public static let noSetUID = MountFlags(rawValue: 1 << 1)
  public static let noDevices = MountFlags(rawValue: 1 << 2)
  public static let noExecution = MountFlags(rawValue: 1 << 3)
  public static let synchronous = MountFlags(rawValue: 1 << 4)
  public static let remount = MountFlags(rawValue: 1 << 5)
  public static let mandatoryLocks = MountFlags(rawValue: 1 << 6)
  public static let synchronousDirectories = MountFlags(rawValue: 1 << 7)
  public static let noSymbolicLinks = MountFlags(rawValue: 1 << 8)
  public static let noAccessTime = MountFlags(rawValue: 1 << 10)
  public static let noDirectoryAccessTime = MountFlags(rawValue: 1 << 11)
  public static let bind = MountFlags(rawValue: 1 << 12)
  public static let move = MountFlags(rawValue: 1 << 13)
  public static let recursive = MountFlags(rawValue: 1 << 14)
  public static let silent = MountFlags(rawValue: 1 << 15)
  public static let unbindable = MountFlags(rawValue: 1 << 17)
  public static let `private` = MountFlags(rawValue: 1 << 18)
  public static let slave = MountFlags(rawValue: 1 << 19)
  public static let shared = MountFlags(rawValue: 1 << 20)
  public static let relativeAccessTime = MountFlags(rawValue: 1 << 21)
  public static let inodeVersion = MountFlags(rawValue: 1 << 23)
  public static let strictAccessTime = MountFlags(rawValue: 1 << 24)
  public static let lazyTime = MountFlags(rawValue: 1 << 25)
}

/// rootflags=, read as mount(8) reads its -o: the kernel would hand all of it to the file system, which fails on `noatime`.
public struct MountOptions {
  public private(set) var flags: MountFlags
  /// What is left for the file system, in its order, with commas between and quotes as they were. mount(2) wants a NUL behind it.
  public private(set) var data: [UInt8] = []

  /// The kernel copies a page, with the NUL at its end.
  static let longestData = 4095

  /// `flags` is what holds without any option: `.readOnly` after `ro`. Later options win.
  ///
  /// Words that only mount(8) itself cares for (`auto`, `nofail`, `_netdev`, `x-…`) are dropped. Those that do something else than
  /// mounting a file system (`bind`, `remount`, `shared`) are errors.
  public init(_ options: Text, flags: MountFlags = []) throws(BadWord) {
    self.flags = flags
    var rest = options
    while !rest.isEmpty {
      let option = rest.prefix(try MountOptions.end(of: rest))
      rest = rest.dropFirst(min(option.count + 1, rest.count))
      if option.isEmpty || take(option) { continue }
      guard !MountOptions.isOperation(option) else {
        throw BadWord(option, expected: "an option that a root can be mounted with")
      }
      guard option.firstIndex(of: 0) == nil else { throw BadWord(option, expected: "a word without NUL") }
      if !data.isEmpty { data.append(UInt8(ascii: ",")) }
      data += option.bytes
      guard data.count <= MountOptions.longestData else {
        throw BadWord(options, expected: "at most 4095 bytes for the file system")
      }
    }
  }

  /// Where the first option ends: at a comma that is not between double quotes, as in `context="system_u:object_r:root_t:s0:c1,c2"`.
  private static func end(of options: Text) throws(BadWord) -> Int {
    var inQuotes = false
    for (index, byte) in options.bytes.enumerated() {
      if byte == UInt8(ascii: "\"") { inQuotes.toggle() }
      if byte == UInt8(ascii: ","), !inQuotes { return index }
    }
    guard !inQuotes else { throw BadWord(options, expected: "a second double quote") }
    return options.count
  }

  /// Whether it is one of mount(8)'s own options.
  private mutating func take(_ option: Text) -> Bool {
    switch true {
    case option == "ro": flags.insert(.readOnly)
    case option == "rw": flags.remove(.readOnly)
    case option == "nosuid": flags.insert(.noSetUID)
    case option == "suid": flags.remove(.noSetUID)
    case option == "nodev": flags.insert(.noDevices)
    case option == "dev": flags.remove(.noDevices)
    case option == "noexec": flags.insert(.noExecution)
    case option == "exec": flags.remove(.noExecution)
    case option == "sync": flags.insert(.synchronous)
    case option == "async": flags.remove(.synchronous)
    case option == "mand": flags.insert(.mandatoryLocks)
    case option == "nomand": flags.remove(.mandatoryLocks)
    case option == "dirsync": flags.insert(.synchronousDirectories)
    case option == "nosymfollow": flags.insert(.noSymbolicLinks)
    case option == "symfollow": flags.remove(.noSymbolicLinks)
    case option == "noatime": flags.insert(.noAccessTime)
    case option == "atime": flags.remove(.noAccessTime)
    case option == "nodiratime": flags.insert(.noDirectoryAccessTime)
    case option == "diratime": flags.remove(.noDirectoryAccessTime)
    case option == "relatime": flags.insert(.relativeAccessTime)
    case option == "norelatime": flags.remove(.relativeAccessTime)
    case option == "strictatime": flags.insert(.strictAccessTime)
    case option == "nostrictatime": flags.remove(.strictAccessTime)
    case option == "lazytime": flags.insert(.lazyTime)
    case option == "nolazytime": flags.remove(.lazyTime)
    case option == "iversion": flags.insert(.inodeVersion)
    case option == "noiversion": flags.remove(.inodeVersion)
    case option == "silent": flags.insert(.silent)
    case option == "loud": flags.remove(.silent)
    default: return MountOptions.isForFstab(option)
    }
    return true
  }

  /// What says something only to readers of fstab(5). For a root `user` does not imply `noexec`, as it would in mount(8).
  private static func isForFstab(_ option: Text) -> Bool {
    switch true {
    case option == "defaults", option == "auto", option == "noauto", option == "nofail", option == "_netdev": true
    case option == "user", option == "nouser", option == "users", option == "nousers": true
    case option == "owner", option == "noowner", option == "group", option == "nogroup": true
    default: option.hasPrefix("x-") || option.hasPrefix("X-") || option.hasPrefix("comment=")
    }
  }

  private static func isOperation(_ option: Text) -> Bool {
    switch true {
    case option == "remount", option == "bind", option == "rbind", option == "move", option == "loop", option.hasPrefix("loop="):
      true
    case option == "shared", option == "slave", option == "private", option == "unbindable": true
    case option == "rshared", option == "rslave", option == "rprivate", option == "runbindable": true
    default: false
    }
  }
}

/// rootfstype=: file systems to try, in order, with commas between.
public struct FileSystemTypeList {
  private let list: Text

  /// An empty list says nothing: /proc/filesystems has the order then.
  public init(_ list: Text) { self.list = list }

  public var isEmpty: Bool { firstName == nil }

  public func forEachName<Failure: Error>(_ body: (Text) throws(Failure) -> Void) throws(Failure) {
    try list.forEachPart(separatedBy: UInt8(ascii: ",")) { (name) throws(Failure) in if !name.isEmpty { try body(name) } }
  }

  private var firstName: Text? {
    var first: Text?
    forEachName { if first == nil { first = $0 } }
    return first
  }

  /// Whether there is one and each of them mounts without a block device.
  public var needNoDevice: Bool {
    var result = !isEmpty
    forEachName { if !FileSystemTypeList.isDeviceless($0) { result = false } }
    return result
  }

  public var includesDeviceless: Bool {
    var result = false
    forEachName { if FileSystemTypeList.isDeviceless($0) { result = true } }
    return result
  }

  /// Whether there is one and each of them is empty memory.
  public var areInMemory: Bool {
    var result = !isEmpty
    forEachName { if !($0 == "tmpfs" || $0 == "ramfs") { result = false } }
    return result
  }

  /// FS_REQUIRES_DEV is not set: `nodev` in /proc/filesystems.
  public static func isDeviceless(_ name: Text) -> Bool {
    name == "virtiofs" || name == "9p" || name == "tmpfs" || name == "ramfs" || name == "hostfs"
  }
}
