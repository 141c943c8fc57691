import TestSupport
import Testing

@testable import Sys
@testable import Wire

/// Who is heard, and which descriptors a program can have.
@Suite struct SpecificationNotificationTests {
  private func specification(_ change: (inout Specification) -> Void) -> Specification {
    var result = Specification()
    result.name = text("a")
    result.arguments = [text("b")]
    change(&result)
    return result
  }

  @Test func somebodyIsHeardWhereThatIsNeeded() {
    #expect(specification { _ in }.speakers == .none)
    #expect(specification { $0.readiness = .notify }.speakers == .main)
    #expect(specification { $0.watchdog = .seconds(1) }.speakers == .main)
    #expect(specification { $0.storeMaximum = 1 }.speakers == .main)
    #expect(specification { $0.readiness = .descriptor }.speakers == .none)
    #expect(specification { ($0.readiness, $0.notifyAccess) = (.notify, .all) }.speakers == .all)
    #expect(specification { $0.notifyAccess = .exec }.speakers == .exec)
  }

  @Test func aDescriptorAmongThoseThatAreGivenBackIsRefused() {
    for (number, store, isRefused) in [(3, 0, false), (3, 1, true), (10, 8, true), (11, 8, false), (67, 64, false)] {
      let refusal = specification { ($0.notificationDescriptor, $0.storeMaximum) = (Int32(number), store) }.refusal
      #expect((refusal == .field(Tag.notificationDescriptor)) == isRefused, "\(number) \(store)")
      let notice = specification { ($0.stopNotice, $0.storeMaximum) = (Int32(number), store) }.refusal
      #expect((notice != nil) == isRefused, "\(number) \(store)")
    }
    #expect(specification { ($0.stopNotice, $0.notificationDescriptor) = (5, 5) }.refusal != nil)
    #expect(specification { ($0.stopNotice, $0.notificationDescriptor) = (5, 6) }.refusal == nil)
  }

  @Test(
    arguments: [(Tag.notificationDescriptor, 2), (Tag.notificationDescriptor, 1024), (Tag.storeMaximum, 65)] as [(UInt16, UInt64)]
  )
  func badFields(_ tag: UInt16, _ value: UInt64) {
    var frame = FrameBuilder(kind: Verb.create.rawValue, id: 1)
    frame.add(Tag.name, text("a"))
    frame.add(Tag.argument, text("b"))
    frame.add(tag, value)
    #expect(throws: WireError.field(tag)) { try Request(FrameReader(text(frame.bytes))) }
  }

  @Test(arguments: [Activity.none, .reloading, .stopping]) func replies(_ activity: Activity) throws {
    var reply = Reply(.worker, id: 1)
    reply.worker.name = text("a")
    reply.worker.activity = activity
    reply.worker.stored = 3
    let bytes = reply.frame().bytes
    let read = try Reply(FrameReader(text(bytes)))
    #expect(read.worker.activity == activity && read.worker.stored == 3)
  }
}
