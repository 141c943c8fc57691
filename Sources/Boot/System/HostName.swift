public import Sys

/// The machine's name: `hostname=` or `systemd.hostname=` of the kernel's command line, else hostname(5), else localhost.
public struct HostName {
  public let name: Text
  /// Where a better name was to be found, and could not be read.
  private(set) var mistakes: [(origin: StaticString, error: BadWord)] = []

  /// __NEW_UTS_LEN of linux/utsname.h.
  static let longest = 64

  /// `file` is /etc/hostname: the first line that says something, without blanks at its ends; `#` begins a comment line.
  init(parameter: Text?, file: Text) {
    var line: Text?
    file.forEachLine(comments: "#") { text, _ in line = line ?? text }
    var chosen: Text?
    for (origin, word) in [("kernel command line", parameter), ("/etc/hostname", line)] as [(StaticString, Text?)] {
      guard chosen == nil, let word else { continue }
      do throws(BadWord) { chosen = try HostName.valid(word) } catch { mistakes.append((origin, error)) }
    }
    name = chosen ?? Text("localhost")
  }

  private static func valid(_ word: Text) throws(BadWord) -> Text {
    guard !word.isEmpty, word.count <= longest else { throw BadWord(word, expected: "a host name of 1 to 64 bytes") }
    var before = UInt8(ascii: ".")
    for byte in word.bytes {
      // No part is empty, and none looks like an option.
      guard isAllowed(byte), before != UInt8(ascii: ".") || (byte != UInt8(ascii: ".") && byte != UInt8(ascii: "-")) else {
        throw BadWord(word, expected: "a host name of letters, digits and hyphens, with single dots between")
      }
      before = byte
    }
    return word
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
    }
  }

  /// sethostname(2).
  public static func apply(parameter: Text?, _ report: (SystemLine) -> Void) -> Errno? {
    let choice = HostName(parameter: parameter, file: FileDescriptor.text(of: "/etc/hostname"))
    var first = FirstError()
    for mistake in choice.mistakes {
      report(.failure("\(mistake.origin): '\(mistake.error.word)': expected \(mistake.error.expected)"))
      first.take(.invalid)
    }
    do throws(Errno) { try Machine.setHostName(choice.name) } catch {
      report(.failure("cannot set the host name '\(choice.name)': \(error)"))
      first.take(error)
    }
    return first.value
  }
}
