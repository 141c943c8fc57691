public import Sys
import Wire

/// What two swinits must have in common, so that one can go on where the other was: the versions of the table, of the frames, and of what
/// PID 1 hands over. `kthreadd --version` says them.
public enum Generation {
  /// Of what PID 1 hands over. It is raised with every change of that.
  public static let state = 2

  /// `swinit VERSION table 1 wire 1 state 2`.
  @inline(never)
  public static func line(_ version: StaticString) -> Message {
    "swinit \(version) table \(Int(WorkerTable.version)) wire \(Int(Frame.version)) state \(state)"
  }

  enum Verdict: Sendable { case same, other, unknown }

  /// What such a line of another program says of it.
  static func judge(_ line: Text) -> Verdict {
    guard line.count > 1, line[line.count - 1] == UInt8(ascii: "\n") else { return .unknown }
    var place = 0
    var verdict = Verdict.same
    line.dropLast().forEachPart(separatedBy: UInt8(ascii: " ")) { word in
      let expected: Text? =
        switch place {
        case 0: Text("swinit")
        case 2: Text("table")
        case 4: Text("wire")
        case 6: Text("state")
        default: nil
        }
      if let expected, !(word == expected) { verdict = .unknown }
      let number = word.decimal(upTo: 1 << 30)
      switch place {
      case 3: if number != Int(WorkerTable.version), verdict == .same { verdict = .other }
      case 5: if number != Int(Frame.version), verdict == .same { verdict = .other }
      case 7: if number != state, verdict == .same { verdict = .other }
      default: break
      }
      place += 1
    }
    return place == 8 ? verdict : .unknown
  }
}
