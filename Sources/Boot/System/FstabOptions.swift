public import Sys

/// The fourth field of fstab(5): what mount(2) takes, and what only the reader of the file goes by.
public struct FstabOptions {
  public enum Start: Sendable {
    case automatic
    /// noauto
    case manual
  }

  public enum Need: Sendable {
    case required
    /// nofail and _netdev: nobody waits for it, and nobody is told loudly.
    case optional
  }

  public enum Form: Sendable {
    case fileSystem, bind
    /// rbind
    case bindTree
  }

  public enum Kind: Sendable {
    case fileSystem, swap
  }

  public private(set) var start = Start.automatic
  public private(set) var need = Need.required
  public private(set) var form = Form.fileSystem
  /// MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE, with MS_REC; empty when nothing is said.
  public private(set) var propagation: MountFlags = []
  /// x-mount.mkdir=MODE: with what mode a missing mount point is made.
  public private(set) var directoryMode: UInt32 = 0o755
  /// x-systemd.device-timeout=: how long its device is waited for; nil: as long as for all.
  public private(set) var wait: Interval?
  /// pri= and discard, of swap.
  public private(set) var swap: Swap.Flags = []
  public private(set) var flags: MountFlags = []
  /// For the file system; nil when nothing is left for it.
  public private(set) var data: CString?

  /// `list` must live as long as what is thrown.
  public init(_ list: Text, _ kind: Kind = .fileSystem) throws(BadWord) {
    var kept: [UInt8] = []
    var rest = list
    while !rest.isEmpty {
      let option = rest.prefix(FstabOptions.end(of: rest))
      rest = rest.dropFirst(min(option.count + 1, rest.count))
      if try take(option) { continue }
      if kind == .swap {
        try takeSwap(option)
        continue
      }
      guard !FstabOptions.isUnknownOperation(option) else {
        throw BadWord(option, expected: "an option that needs no loop device")
      }
      if !kept.isEmpty { kept.append(UInt8(ascii: ",")) }
      kept += FstabOptions.meaning(option).bytes
    }
    guard !kept.isEmpty else { return }
    let options = try MountOptions(CString(copying: kept).text)
    flags = options.flags
    if !options.data.isEmpty { data = CString(copying: options.data) }
  }

  /// A comma between double quotes belongs to the option.
  private static func end(of options: Text) -> Int {
    var isQuoted = false
    for (index, byte) in options.bytes.enumerated() {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: ","), !isQuoted { return index }
    }
    return options.count
  }

  /// Whether it is one that mount(2) has nothing to do with.
  private mutating func take(_ option: Text) throws(BadWord) -> Bool {
    switch true {
    case option.isEmpty: break
    case option == "auto": start = .automatic
    case option == "noauto": start = .manual
    case option == "nofail", option == "_netdev": need = .optional
    case option == "bind": form = .bind
    case option == "rbind": form = .bindTree
    case option == "shared": propagation = .shared
    case option == "slave": propagation = .slave
    case option == "private": propagation = .private
    case option == "unbindable": propagation = .unbindable
    case option == "rshared": propagation = [.shared, .recursive]
    case option == "rslave": propagation = [.slave, .recursive]
    case option == "rprivate": propagation = [.private, .recursive]
    case option == "runbindable": propagation = [.unbindable, .recursive]
    case option.hasPrefix("x-") || option.hasPrefix("X-"): try takeExtension(option.dropFirst(2), option)
    default: return false
    }
    return true
  }

  private mutating func takeExtension(_ name: Text, _ whole: Text) throws(BadWord) {
    if name.hasPrefix("mount.mkdir=") {
      directoryMode = try FstabOptions.mode(name.dropFirst(12), whole)
    } else if name.hasPrefix("systemd.device-timeout=") {
      // `infinity` would be a boot that never ends.
      do throws(BadWord) { wait = try Interval.parse(name.dropFirst(23)) ?? .seconds(86_400) } catch {
        throw BadWord(whole, expected: error.expected)
      }
    }
  }

  /// Octal, with or without a 0 in front, in quotes or not.
  private static func mode(_ word: Text, _ whole: Text) throws(BadWord) -> UInt32 {
    let bad = BadWord(whole, expected: "an octal mode such as 0755")
    let digits = word.count >= 2 && word[0] == UInt8(ascii: "\"") ? word.dropFirst().dropLast() : word
    guard !digits.isEmpty, digits.count <= 5 else { throw bad }
    var mode: UInt32 = 0
    for byte in digits.bytes {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "7") else { throw bad }
      mode = mode << 3 | UInt32(byte - UInt8(ascii: "0"))
    }
    guard mode <= 0o7777 else { throw bad }
    return mode
  }

  private mutating func takeSwap(_ option: Text) throws(BadWord) {
    switch true {
    case option == "defaults", option == "sw", option == "rw": break
    case option.hasPrefix("comment="): break
    case option == "discard": swap.insert(.discard)
    case option == "discard=once": swap.formUnion([.discard, .discardOnce])
    case option == "discard=pages": swap.formUnion([.discard, .discardPages])
    case option == "pri=-1": break
    case option.hasPrefix("pri="):
      guard let priority = option.dropFirst(4).decimal(upTo: 32767) else {
        throw BadWord(option, expected: "a priority of 0 to 32767")
      }
      swap.formUnion(.priority(priority))
    default: throw BadWord(option, expected: "pri=, discard or another option of swap")
    }
  }

  private static func isUnknownOperation(_ option: Text) -> Bool {
    option == "loop" || option.hasPrefix("loop=") || option.hasPrefix("offset=") || option.hasPrefix("sizelimit=")
      || option == "move" || option == "remount"
  }

  /// Whoever lets users mount takes away what they could become root with: mount(8).
  private static func meaning(_ option: Text) -> Text {
    switch true {
    case option == "user", option == "users": Text("noexec,nosuid,nodev")
    case option == "owner", option == "group": Text("nosuid,nodev")
    default: option
    }
  }
}
