import Supervision
import Sys
import Units
import Wire

/// Any bytes as the file of a worker's definition. It is refused, or what it defines can be kept in the table, and read back.
enum DefinitionInput {
  static func run(_ file: Text) {
    var complaints = 0
    guard let definition = Definition(file, warn: { _, _ in complaints += 1 }) else {
      return claim(complaints > 0, "who writes a definition that is none is told why")
    }
    let specification = Specification(definition, name: Text("a"))
    guard specification.refusal == nil else { return }
    var written = FrameBuilder(kind: Verb.create.rawValue, id: 1)
    specification.add(to: &written)
    guard written.isComplete else { return }
    written.bytes.withUnsafeBufferPointer { bytes in
      do throws(WireError) {
        let read = try Specification(FrameReader(Text(bytes)))
        let (first, second) = (told(specification), told(read))
        claim(first == second, "what was defined: \(first)\nand read back:    \(second)")
        live(read)
      } catch {
        claim(false, "what was defined can be read back: \(error)")
      }
    }
  }

  /// A life with its times: none is too long to be added to now.
  private static func live(_ specification: Specification) {
    var worker = Worker(Worker.Policy(specification))
    var now = Instant(nanoseconds: 1 << 50)
    for event in lives {
      _ = worker.handle(event, at: now, random: .max)
      now = worker.deadline.map { max(now, min($0, Instant(nanoseconds: 1 << 60))) } ?? now + .seconds(1)
    }
  }

  private static let lives: [Worker.Event] = [
    .start(.awake), .isSetUp, .executed, .ready, .ping, .extend(.seconds(1)), .deadline, .ended(.exited(1)), .deadline, .isSetUp,
    .executed, .ready, .park, .unpark, .ended(.signaled(9)), .deadline, .isSetUp, .stop, .deadline, .ended(.unknown),
  ]
}
