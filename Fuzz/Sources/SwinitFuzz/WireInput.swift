import Sys
import Wire

/// Any bytes as a packet of the control socket. They are a frame or they are refused, and what was read of one reads the same when it was
/// written and is read again.
enum WireInput {
  static func run(_ packet: Text) {
    guard let frame = try? FrameReader(packet) else { return }
    try? frame.forEach { (field) throws(WireError) in
      _ = try? field.number()
      _ = try? field.signed()
      _ = try? field.text()
    }
    if let request = try? Request(frame) { again(request) }
    if let specification = try? Specification(frame) { again(specification) }
    if let reply = try? Reply(frame) { again(reply) }
  }

  private static func again(_ request: Request) {
    let written = request.frame()
    guard written.isComplete else { return }
    reading(written) { (frame) throws(WireError) in compare(request, try Request(frame)) }
  }

  /// As kthreadd keeps it in its table.
  private static func again(_ specification: Specification) {
    var written = FrameBuilder(kind: Verb.create.rawValue, id: 1)
    specification.add(to: &written)
    guard written.isComplete else { return }
    reading(written) { (frame) throws(WireError) in compare(specification, try Specification(frame)) }
  }

  private static func again(_ reply: Reply) {
    // What a reply says of a worker without a name is not written.
    guard !reply.worker.name.isEmpty else { return }
    let written = reply.frame()
    guard written.isComplete else { return }
    reading(written) { (frame) throws(WireError) in compare(reply, try Reply(frame)) }
  }

  private static func compare(_ first: Any, _ second: Any) {
    let (first, second) = (told(first), told(second))
    claim(first == second, "what was read:  \(first)\nand read again: \(second)")
  }

  private static func reading(_ written: FrameBuilder, _ body: (FrameReader) throws(WireError) -> Void) {
    written.bytes.withUnsafeBufferPointer { bytes in
      do throws(WireError) { try body(try FrameReader(Text(bytes))) } catch {
        claim(false, "what was written can be read: \(error)")
      }
    }
  }
}
