public import Sys

/// The time of day at the start: never before what is known to be past, and right where the hardware clock runs on local time.
public enum SystemClock {
  /// What the hardware clock runs on, by the third line of /etc/adjtime: hwclock(8).
  public enum HardwareTime: Sendable {
    case utc, local

    public init(adjtime: Text) {
      var number = 0
      var isLocal = false
      adjtime.forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
        number += 1
        if number == 3, line.trimmed == "LOCAL" { isLocal = true }
      }
      self = isLocal ? .local : .utc
    }
  }

  static let stamp: CString = "/var/lib/swinit/clock"

  /// The latest of these moments, where the clock stands before it: what it is to be set to.
  static func floor(_ now: Int64, _ known: [Int64]) -> Int64? {
    var floor = now
    for moment in known where moment > floor && moment < latest { floor = moment }
    return floor > now ? floor : nil
  }

  /// The year 2200: a file from behind that is no clock.
  static let latest: Int64 = 7_258_118_400

  /// As hwclock --systz, then the floor. The kernel has read the hardware clock as UTC; the first settimeofday(2) with a zone moves the time
  /// by it, and one with UTC makes sure that no later call does.
  public static func set(_ report: (SystemLine) -> Void) -> Errno? {
    var first = FirstError()
    let hardware = HardwareTime(adjtime: FileDescriptor.text(of: "/etc/adjtime"))
    do throws(Errno) { try WallClock.setZone(minutesWest: hardware == .local ? WallClock.minutesWest : 0) } catch {
      report(.failure("/etc/adjtime: cannot tell the kernel the hardware clock's zone: \(error)"))
      first.take(error)
    }
    var known: [Int64] = []
    for file: StaticString in ["/var/lib/swinit/clock", "/proc/self/exe"] {
      if let time = try? WallClock.modification(of: CString(stringLiteral: file)) { known.append(time) }
    }
    guard let floor = floor(WallClock.now, known) else { return first.value }
    do throws(Errno) {
      try WallClock.set(floor)
      report(.note("the clock stood before the last shutdown or this program's making; it is set to that time"))
    } catch {
      report(.failure("cannot set the clock forward: \(error)"))
      first.take(error)
    }
    return first.value
  }

  /// At the shutdown: the next start is later than now. Allocates nothing.
  public static func leaveStamp(_ report: (SystemLine) -> Void) -> Errno? {
    do throws(Errno) {
      try StateDirectory.make()
      _ = try FileDescriptor(creating: stamp, mode: 0o644)
      try WallClock.touch(stamp)
      return nil
    } catch {
      if error == .readOnly { return nil }
      report(.failure("cannot note the time in \(stamp): \(error)"))
      return error
    }
  }
}
