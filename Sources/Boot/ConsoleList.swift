public import Sys

/// The terminals that a system's consoles are: those of `swinit.console=`, else the kernel's active ones.
public enum ConsoleList {
  /// More are of no use, and PID 1's table has an end.
  public static let limit = 16

  /// Names or paths between commas or blanks, as device paths, each once. `tty0`, which stands for whatever terminal is shown, is tty1
  /// as everywhere.
  public static func paths(in list: Text) -> [CString] {
    var result: [CString] = []
    forEachWord(of: list) { word in
      let name = word == "tty0" ? Text("tty1") : word.hasPrefix("/dev/") ? word.dropFirst(5) : word
      let isKnown = result.contains { $0.text.dropFirst(5) == name }
      if !isKnown, result.count < limit { result.append(CString(copying: Text("/dev/"), name)) }
    }
    return result
  }

  /// Those of the kernel's list, /sys/class/tty/console/active; where that cannot be read, what /dev/console stands for.
  public static var active: Text {
    let text = FileDescriptor.text(of: "/sys/class/tty/console/active")
    let line = text.cut(at: UInt8(ascii: "\n"))?.before ?? text
    return line.isEmpty ? Text("console") : line
  }

  private static func forEachWord(of list: Text, _ body: (Text) -> Void) {
    list.forEachPart(separatedBy: UInt8(ascii: ",")) { part in
      part.forEachPart(separatedBy: UInt8(ascii: " ")) { if !$0.isEmpty { body($0) } }
    }
  }
}
