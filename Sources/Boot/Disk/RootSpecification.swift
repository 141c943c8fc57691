public import Sys

/// What root= asks for: the kernel's own forms, and UUID=, LABEL=, file systems without a device and /dev/disk/by-… on top.
///
/// Mirrors early_lookup_bdev() of block/early-lookup.c. Unlike the kernel, which keeps 63 bytes of the word, it takes all of it.
public enum RootSpecification {
  /// No root=: nothing is to be mounted.
  case none
  /// /dev/NAME: a disk or partition by the kernel's name of it.
  case device(DeviceName)
  case number(DeviceNumber)
  /// PARTUUID=UUID[/PARTNROFF=n]: the partition whose number is `offset` above that of the one with this UUID. `matchesPARTUUID` compares.
  case partitionUUID(Text, offset: Int)
  case partitionLabel(Text)
  /// UUID=, of a file system. `Superblock.matchesUUID` compares.
  case fileSystemUUID(Text)
  case fileSystemLabel(Text)
  /// A source that the file system itself understands: the tag of virtiofs or 9p, `mtd0`, `ubi0:rootfs`.
  case source(Text)
  /// A tmpfs, empty.
  case memory

  /// Reads the value of root=, with that of rootfstype= beside it; nil for one that is not on the command line.
  ///
  /// With nothing but file systems without a device in rootfstype=, the word is a tag, whatever it looks like: `root=/dev/root
  /// rootfstype=9p` is common. With some among them it is a tag when it is nothing else.
  public init(_ word: Text?, types: FileSystemTypeList = FileSystemTypeList(Text(""))) throws(BadWord) {
    guard let word, !word.isEmpty else {
      self = .none
      return
    }
    guard word.firstIndex(of: 0) == nil else { throw BadWord(word, expected: "a word without NUL") }
    if types.needNoDevice {
      self = types.areInMemory ? .memory : .source(try Self.unquoted(word))
      return
    }
    do throws(BadWord) {
      self = try Self.block(word)
    } catch {
      guard types.includesDeviceless, word.firstIndex(of: UInt8(ascii: "=")) == nil else { throw error }
      self = .source(word)
    }
  }

  private static func block(_ word: Text) throws(BadWord) -> RootSpecification {
    if word == "tmpfs" { return .memory }
    if let value = value(of: "PARTUUID=", in: word) { return try partitionUUID(try unquoted(value), word) }
    if let value = value(of: "PARTLABEL=", in: word) { return .partitionLabel(try label(try unquoted(value), word)) }
    if let value = value(of: "UUID=", in: word) { return .fileSystemUUID(try uuid(try unquoted(value), word)) }
    if let value = value(of: "LABEL=", in: word) { return .fileSystemLabel(try label(try unquoted(value), word)) }
    if let value = value(of: "/dev/disk/", in: word) { return try link(value, word) }
    if let value = value(of: "/dev/", in: word) { return .device(try DeviceName(value, word)) }
    if word.hasPrefix("mtd") || word.hasPrefix("ubi") { return .source(word) }
    return .number(try DeviceNumber(word))
  }

  private static func value(of prefix: StaticString, in word: Text) -> Text? {
    word.hasPrefix(prefix) ? word.dropFirst(prefix.utf8CodeUnitCount) : nil
  }

  /// `LABEL="my disk"`: one pair of quotes around the whole of the value goes. (`"LABEL=my disk"` has lost its quotes already, when the
  /// command line was split.)
  private static func unquoted(_ value: Text) throws(BadWord) -> Text {
    guard let first = value.bytes.first, first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") else { return value }
    guard value.count >= 2, value[value.count - 1] == first else { throw BadWord(value, expected: "a quote at its end, too") }
    return value.dropFirst().dropLast()
  }

  private static func partitionUUID(_ value: Text, _ word: Text) throws(BadWord) -> RootSpecification {
    let bad = BadWord(word, expected: "PARTUUID=UUID or PARTUUID=UUID/PARTNROFF=NUMBER")
    let (uuid, option) = value.cut(at: UInt8(ascii: "/")) ?? (value, Text(""))
    guard !uuid.isEmpty else { throw bad }
    guard uuid.count < value.count else { return .partitionUUID(uuid, offset: 0) }
    guard let digits = Self.value(of: "PARTNROFF=", in: option) else { throw bad }
    let isNegative = digits.bytes.first == UInt8(ascii: "-")
    guard let number = (isNegative ? digits.dropFirst() : digits).decimal(upTo: Int(Int32.max)) else { throw bad }
    return .partitionUUID(uuid, offset: isNegative ? -number : number)
  }

  private static func uuid(_ value: Text, _ word: Text) throws(BadWord) -> Text {
    guard !value.isEmpty, value.bytes.allSatisfy({ $0 == UInt8(ascii: "-") || hexadecimalValue($0) != nil }) else {
      throw BadWord(word, expected: "a UUID as blkid prints it")
    }
    return value
  }

  private static func label(_ value: Text, _ word: Text) throws(BadWord) -> Text {
    guard !value.isEmpty else { throw BadWord(word, expected: "a label") }
    return value
  }

  /// The links that udev makes, of which those are read here that the other forms can say, too.
  private static func link(_ path: Text, _ word: Text) throws(BadWord) -> RootSpecification {
    guard let (kind, name) = path.cut(at: UInt8(ascii: "/")), !name.isEmpty, name.firstIndex(of: UInt8(ascii: "/")) == nil else {
      throw BadWord(word, expected: "/dev/disk/by-uuid/…, by-label, by-partuuid or by-partlabel")
    }
    switch true {
    case kind == "by-uuid": return .fileSystemUUID(try uuid(name, word))
    case kind == "by-partuuid": return .partitionUUID(name, offset: 0)
    case kind == "by-label": return .fileSystemLabel(unescaped(name))
    case kind == "by-partlabel": return .partitionLabel(unescaped(name))
    default: throw BadWord(word, expected: "/dev/disk/by-uuid/…, by-label, by-partuuid or by-partlabel")
    }
  }

  /// udev writes `\x20` for a blank. A label that has some is copied, into memory that is never given back.
  private static func unescaped(_ name: Text) -> Text {
    guard name.firstIndex(of: UInt8(ascii: "\\")) != nil else { return name }
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: name.count)
    var count = 0
    var index = 0
    while index < name.count {
      if index + 3 < name.count, name[index] == UInt8(ascii: "\\"), name[index + 1] == UInt8(ascii: "x"),
        let high = hexadecimalValue(name[index + 2]), let low = hexadecimalValue(name[index + 3])
      {
        memory[count] = high << 4 | low
        index += 4
      } else {
        memory[count] = name[index]
        index += 1
      }
      count += 1
    }
    return Text(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(memory).prefix(count)))
  }
}

/// What stands behind /dev/.
public struct DeviceName {
  public let text: Text

  /// BDEVNAME_SIZE less its NUL: no block device of the kernel has a longer name.
  static let longest = 31

  init(_ name: Text, _ word: Text) throws(BadWord) {
    switch true {
    case name == "nfs", name == "cifs":
      throw BadWord(word, expected: "a root that is on this machine, not on the network")
    case name == "ram": text = Text("ram0")
    case name.isEmpty, name.count > DeviceName.longest, name == ".", name == "..", !DeviceName.isPlain(name):
      throw BadWord(word, expected: "a device such as /dev/vda1, of at most 31 bytes behind /dev/")
    default: text = name
    }
  }

  /// No empty, `.` or `..` component: it becomes part of a path below /sys.
  private static func isPlain(_ name: Text) -> Bool {
    var result = true
    name.forEachPart(separatedBy: UInt8(ascii: "/")) { if $0.isEmpty || $0 == "." || $0 == ".." { result = false } }
    return result
  }

  /// As the kernel has it in /sys/class/block: '!' for '/'.
  public var sysfsName: [UInt8] { text.bytes.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: "!") : $0 } }

  /// A partition that has no device yet, as devt_from_devname() of Linux looks for one: the disk's name and the partition's number, for
  /// `vda1` vda and 1; for `nvme0n1p2` nvme0n1p and 2, then nvme0n1 and 2. First to last, the first disk that exists is meant.
  public var partitionCandidates: [(disk: [UInt8], number: Int)] {
    let name = sysfsName
    var end = name.count
    while end > 0, DeviceName.isDigit(name[end - 1]) { end -= 1 }
    guard end > 0, end < name.count, name[end] != UInt8(ascii: "0"), let number = text.dropFirst(end).decimal(upTo: 0xFFFF) else {
      return []
    }
    var result = [(disk: [UInt8](name[..<end]), number: number)]
    if end >= 2, name[end - 1] == UInt8(ascii: "p"), DeviceName.isDigit(name[end - 2]) {
      result.append((disk: [UInt8](name[..<(end - 1)]), number: number))
    }
    return result
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}

/// A device's number, dev_t.
public struct DeviceNumber: Equatable, Sendable {
  /// Twelve bits.
  public let major: UInt32
  /// Twenty bits.
  public let minor: UInt32

  public init(major: UInt32, minor: UInt32) {
    self.major = major & 0xFFF
    self.minor = minor & 0xF_FFFF
  }

  /// devt_from_devnum() of Linux: `MAJ:MIN` in decimal, or hexadecimal with or without 0x, as in `b302`.
  init(_ word: Text) throws(BadWord) {
    let bad = BadWord(
      word,
      expected:
        "a device such as /dev/vda1, UUID=, LABEL=, PARTUUID=, PARTLABEL=, MAJ:MIN, or a tag and rootfstype=virtiofs or 9p")
    if let (left, right) = word.cut(at: UInt8(ascii: ":")) {
      // A third number, an offset once, is read over.
      let (minorWord, rest) = right.cut(at: UInt8(ascii: ":")) ?? (right, Text("0"))
      let offset = rest.bytes.last == UInt8(ascii: ":") ? rest.dropLast() : rest
      guard let major = left.decimal(upTo: 0xFFF), let minor = minorWord.decimal(upTo: 0xF_FFFF),
        offset.decimal(upTo: 0xFFFF_FFFF) != nil
      else { throw bad }
      self.init(major: UInt32(major), minor: UInt32(minor))
    } else {
      let digits = word.hasPrefix("0x") || word.hasPrefix("0X") ? word.dropFirst(2) : word
      guard !digits.isEmpty else { throw bad }
      var value: UInt32 = 0
      for byte in digits.bytes {
        guard let digit = hexadecimalValue(byte), value >> 28 == 0 else { throw bad }
        value = value << 4 | UInt32(digit)
      }
      // new_decode_dev()
      self.init(major: (value & 0xF_FF00) >> 8, minor: (value & 0xFF) | ((value >> 12) & 0xF_FF00))
    }
    guard major != 0 || minor != 0 else { throw BadWord(word, expected: "a device number other than 0") }
  }
}

private func hexadecimalValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
