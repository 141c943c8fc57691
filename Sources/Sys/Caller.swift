import CSys

/// Who calls a program, and where.
public enum Caller {
  /// Whether the effective user is root, geteuid(2).
  public static var isRoot: Bool { geteuid() == 0 }

  /// nodename of uname(2), in memory that is never given back.
  public static var hostName: CString {
    var name = utsname()
    guard uname(&name) == 0 else { return "" }
    return withUnsafeBytes(of: &name.nodename) { node in
      let text = Text(node.assumingMemoryBound(to: UInt8.self))
      return CString(copying: text.cut(at: 0)?.before ?? text)
    }
  }

  /// The terminal on standard input; nil when it is none.
  public static var terminalName: CString? { StandardStream.input.isTerminal ? StandardStream.input.path : nil }
}
