import Sys

/// How much of memory still has to go to disks, or to come back from them, before a machine can go down: dirty pages and those that are being
/// written, and what is swapped out. As it shrinks, waiting has a point.
public enum Backlog {
  /// In KiB, by /proc/meminfo; nil without one. Allocates nothing.
  public static var kibibytes: Int? {
    guard let file = try? FileDescriptor(opening: "/proc/meminfo", .read) else { return nil }
    var sum = 0
    file.forEachLine { sum += part($0) }
    return sum
  }

  /// What a line of proc(5)'s meminfo adds.
  static func part(_ line: Text) -> Int {
    let (name, rest) = line.firstWord
    let value = rest.firstWord.word.decimal(upTo: 1 << 50) ?? 0
    switch true {
    case name == "Dirty:", name == "Writeback:", name == "NFS_Unstable:", name == "SwapTotal:": return value
    case name == "SwapFree:": return -value
    default: return 0
    }
  }
}
