public import Sys

extension BootParameters {
  /// A command that is run in place of an init, and how its end is told. It comes from the kernel command line as `swinit.NAME=VALUE`, or
  /// through the host's window without `swinit.`.
  public struct TestRun {
    /// swinit.run: nil is not there, empty is "the words behind --".
    public var command: Text?
    public private(set) var token = Text("-")
    public private(set) var exit = Text("auto")
    public private(set) var timeout: Interval?
    public private(set) var user: Text?
    public private(set) var directory: Text?
    /// swinit.mount=TAG:/path[:ro], in order.
    public private(set) var mounts: [Text] = []
    /// swinit.window=ADDRESS: where the host's window lies in the machine's memory.
    public private(set) var window: UInt64?
    /// The command word for word; through the window only.
    public private(set) var arguments: [CString] = []
    /// NAME=value for the command.
    public private(set) var variables: [CString] = []
    public private(set) var terminal: TerminalSize?
    public private(set) var network = Network.none
    public private(set) var kernelLog = KernelLog.kept
    public private(set) var hostName: Text?

    public enum Network: Sendable {
      case none
      /// QEMU's own network: 10.0.2.15 of 10.0.2.0/24, and the way out by 10.0.2.2.
      case user
    }

    public enum KernelLog: Sendable {
      case kept
      /// Given to the host at the end.
      case sent
    }

    public enum Taking {
      case known, unknown
    }

    public init() {}

    /// Reads one option.
    public mutating func take(_ name: Text, _ value: Text) throws(BadWord) -> Taking {
      switch true {
      case name == "run": command = value
      case name == "token": token = value
      case name == "exit": exit = value
      case name == "timeout": timeout = try Interval.parse(value)
      case name == "user": user = value
      case name == "chdir": directory = value
      case name == "mount": mounts.append(value)
      case name == "hostname": hostName = value
      case name == "env":
        guard let (key, _) = value.cut(at: UInt8(ascii: "=")), !key.isEmpty else {
          throw BadWord(value, expected: "NAME=value")
        }
        variables.append(CString(copying: value))
      case name == "window":
        guard let address = value.hexadecimal, address & 0xFFF == 0 else {
          throw BadWord(value, expected: "the address of a page, such as 0x8000000")
        }
        window = address
      case name == "net":
        guard value == "user" || value == "none" else { throw BadWord(value, expected: "user or none") }
        network = value == "user" ? .user : .none
      default: return .unknown
      }
      return .known
    }

    /// Reads what a host has left in its window.
    public mutating func take(request: Text) throws(BadWord) {
      try request.forEachPart(separatedBy: 0) { (record) throws(BadWord) in
        guard let (name, value) = record.cut(at: UInt8(ascii: "=")) else {
          if record.isEmpty { return }
          throw BadWord(record, expected: "NAME=VALUE")
        }
        switch true {
        case name == "arg": arguments.append(CString(copying: value))
        case name == "terminal": terminal = try TerminalSize(value)
        case name == "log": kernelLog = .sent
        case try take(name, value) == .known: break
        default: throw BadWord(name, expected: "an option of a test run")
        }
      }
    }
  }

  /// Rows and columns, `24x80`.
  public struct TerminalSize: Equatable, Sendable {
    public let rows: UInt16
    public let columns: UInt16

    public init(rows: UInt16, columns: UInt16) {
      self.rows = rows
      self.columns = columns
    }

    init(_ word: Text) throws(BadWord) {
      guard let (rows, columns) = word.cut(at: UInt8(ascii: "x")), let high = rows.decimal(upTo: 0xFFFF),
        let wide = columns.decimal(upTo: 0xFFFF)
      else { throw BadWord(word, expected: "ROWSxCOLUMNS") }
      self.init(rows: UInt16(high), columns: UInt16(wide))
    }
  }
}

extension Text {
  /// A number with 0x in front.
  fileprivate var hexadecimal: UInt64? {
    guard hasPrefix("0x"), count > 2, count <= 18 else { return nil }
    var number: UInt64 = 0
    for byte in dropFirst(2).bytes {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): number = number << 4 | UInt64(byte - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return number
  }
}
