public import Sys

/// A line of /proc/self/mountinfo, proc(5). Reading one allocates nothing; the texts point into the line.
public struct MountInfo {
  public let identifier: Int
  /// What it shows of its file system: "/" for all of it.
  public let root: Text
  /// As it stands there, with `\040` for a blank.
  public let target: Text
  public let type: Text
  public let source: Text
  /// MAJ:MIN of st_dev.
  public let device: DeviceNumber

  /// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`; the fields before the hyphen may be many or none.
  public init?(_ line: Text) {
    var rest = line
    func next() -> Text? {
      guard let (word, after) = rest.cut(at: UInt8(ascii: " ")) else {
        let last = rest
        rest = Text("")
        return last.isEmpty ? nil : last
      }
      rest = after
      return word
    }
    guard let identifier = next()?.decimal(upTo: Int(Int32.max)), next() != nil, let device = next(), let root = next(),
      let target = next(), target.hasPrefix("/"), next() != nil, let (major, minor) = device.cut(at: UInt8(ascii: ":")),
      let major = major.decimal(upTo: 0xFFF), let minor = minor.decimal(upTo: 0xF_FFFF)
    else { return nil }
    while let word = next() { if word == "-" { break } }
    guard let type = next(), let source = next() else { return nil }
    self.identifier = identifier
    self.root = root
    self.target = target
    self.type = type
    self.source = source
    self.device = DeviceNumber(major: UInt32(major), minor: UInt32(minor))
  }

  public static let path: CString = "/proc/self/mountinfo"
}
