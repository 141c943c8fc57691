public import Sys

/// What else keeps disks busy when the machine goes down: swap, loop devices, the device mapper. Allocates nothing.
public enum ShutdownStorage {
  /// swapoff(2) for everything in /proc/swaps. What does not fit into memory stays, and is named.
  public static func turnSwapOff(_ report: (SystemLine) -> Void) -> Errno? {
    var first = FirstError()
    guard let file = try? FileDescriptor(opening: "/proc/swaps", .read) else { return nil }
    file.forEachLine { line in
      guard let area = swapArea(line) else { return }
      ShutdownMounts.withPath(area) { path in
        do throws(Errno) { try Swap.off(path) } catch {
          report(.failure("cannot turn swap off on \(path): \(error)"))
          first.take(error)
        }
      }
    }
    return first.value
  }

  /// The file of a line of /proc/swaps, as it stands there; nil for the headline.
  static func swapArea(_ line: Text) -> Text? {
    let (path, rest) = line.firstWord
    return path.hasPrefix("/") && !rest.isEmpty ? path : nil
  }

  /// Lets go of the files behind loop devices, LOOP_CLR_FD; how many it was. One that is still in use stays until its last user goes.
  static func releaseLoops() -> Int {
    var count = 0
    forEachNumber("/sys/block/loop") { number in
      let backing: Message = "/sys/block/loop\(number)/loop/backing_file"
      guard exists(backing) else { return }
      withCString("/dev/loop\(number)") { try? LoopDevice.release($0) }
      if !exists(backing) { count += 1 }
    }
    return count
  }

  /// Loop devices that are left, and the device mapper's, stay as they are; whoever wonders what kept a disk busy reads here which there were.
  public static func nameWhatIsLeft(_ report: (SystemLine) -> Void) {
    forEachNumber("/sys/block/loop") { number in
      withCString("/sys/block/loop\(number)/loop/backing_file") { path in
        guard let file = try? FileDescriptor(opening: path, .read) else { return }
        file.forEachLine { name in report(.note("loop\(number) is left with \(name) behind it")) }
      }
    }
    forEachNumber("/sys/block/dm-") { number in
      withCString("/sys/block/dm-\(number)/dm/name") { path in
        guard let file = try? FileDescriptor(opening: path, .read) else { return }
        file.forEachLine { name in report(.note("the mapped device \(name) (dm-\(number)) is left as it is")) }
      }
    }
  }

  /// Devices of a kind that there are. They are numbered from 0, and rarely with gaps: after so many that are missing there is none.
  private static func forEachNumber(_ prefix: StaticString, _ body: (Int) -> Void) {
    let longestGap = 16
    var number = 0
    var missing = 0
    while missing < longestGap, number < 4096 {
      if exists("\(prefix)\(number)") {
        missing = 0
        body(number)
      } else {
        missing += 1
      }
      number += 1
    }
  }

  private static func exists(_ path: Message) -> Bool {
    var result = false
    withCString(path) { result = (try? FileStatus(of: $0)) != nil }
    return result
  }

  private static func withCString(_ path: Message, _ body: (CString) -> Void) {
    var path = path
    path.append(byte: 0)
    path.withBytes { body(CString(at: UnsafeRawPointer($0.baseAddress!).assumingMemoryBound(to: CChar.self))) }
  }
}
