public import Sys

/// initcall_blacklist=: the names of calls that are not to be made, separated by commas. As in the kernel each word of it adds to those
/// before, and a name that nobody has is nobody's mistake: most are the kernel's own.
public struct InitcallBlacklist {
  private var lists: [Text] = []

  public init() {}

  public mutating func add(_ list: Text) { lists.append(list) }

  public func holds(_ name: Text) -> Bool {
    for list in lists {
      var isFound = false
      list.forEachPart(separatedBy: UInt8(ascii: ",")) { if $0 == name { isFound = true } }
      if isFound { return true }
    }
    return false
  }
}
