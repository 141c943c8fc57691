import TestSupport
import Testing

@testable import Sys
@testable import Wire

/// Requests, replies and definitions: round trips, and what is refused.
@Suite struct MessageTests {
  static func full() -> Specification {
    var all = Specification()
    all.name = text("web/3")
    all.arguments = [text("/bin/server"), text(""), text("--port=80")]
    all.environment = [text("A=1"), text("B=")]
    all.environmentFiles = [text("-/etc/default/web")]
    all.directory = text("/srv")
    all.user = text("www-data")
    all.group = text("33")
    all.supplementaryGroups = [text("adm"), text("4")]
    all.readiness = .notify
    all.notifyAccess = .all
    all.restart = .always
    all.restartDelay = .zero
    all.startTimeout = .seconds(90)
    all.stopTimeout = Interval(nanoseconds: .max)
    all.watchdog = .milliseconds(1500)
    all.stopSignal = .quit
    all.essential = .yes
    all.after = [text("db")]
    all.requires = [text("db"), text("cache")]
    all.limits = [.init(resource: 7, soft: 1024, hard: .max), .init(resource: 4, soft: 0, hard: 0)]
    all.nice = -20
    all.oomScore = 1000
    all.umask = 0o027
    all.processors = text("0-3,6")
    all.ambient = 1 << 10
    all.bounding = 0
    all.inheritable = .max
    all.privileges = .noNew
    all.output = .null
    all.input = .queue
    all.stopNotice = 1023
    all.memoryMaximum = 1 << 30
    all.taskMaximum = 10
    all.processorWeight = 100
    return all
  }

  /// Everything it holds, for comparison.
  static func said(_ specification: Specification) -> String {
    func strings(_ list: [Text]) -> [String] { list.map(\.string) }
    let texts: [Text?] = [specification.directory, specification.user, specification.group, specification.processors]
    let lists = [
      specification.arguments, specification.environment, specification.environmentFiles, specification.supplementaryGroups,
      specification.after, specification.requires,
    ]
    let times = [specification.restartDelay, specification.startTimeout, specification.stopTimeout, specification.watchdog]
    let numbers = [
      specification.ambient, specification.bounding, specification.inheritable, specification.memoryMaximum,
      specification.taskMaximum, specification.processorWeight,
    ]
    return """
      \(specification.name.string) \(texts.map { $0?.string }) \(lists.map(strings)) \(times.map { $0?.nanoseconds })
      \(numbers) \(specification.limits) \(specification.stopSignal.rawValue) \(specification.readiness) \(specification.restart)
      \(specification.essential) \(specification.notifyAccess) \(specification.privileges) \(specification.output)
      \(specification.input) \(specification.stopNotice as Int32?)
      \(specification.nice as Int?) \(specification.oomScore as Int?) \(specification.umask as UInt32?)
      """
  }

  @Test func definition() throws {
    var request = Request(.create, id: 77)
    request.specification = Self.full()
    let bytes = request.frame().bytes
    let read = try Request(FrameReader(text(bytes)))
    #expect(read.id == 77)
    #expect(read.verb == .create)
    #expect(Self.said(try #require(read.specification)) == Self.said(Self.full()))
  }

  @Test func smallestDefinition() throws {
    var small = Specification()
    small.name = text("a")
    small.arguments = [text("true")]
    var request = Request(.run, id: 1)
    request.specification = small
    let read = try Request(FrameReader(text(request.frame().bytes)))
    #expect(Self.said(try #require(read.specification)) == Self.said(small))
  }

  @Test(arguments: Verb.allCases) func everyVerb(_ verb: Verb) throws {
    var request = Request(verb, id: 3)
    request.name = text("cache")
    request.number = 15
    request.job = text("a \0job")
    request.binding = text("0-1")
    if verb == .create || verb == .run { request.specification = Self.full() }
    let read = try Request(FrameReader(text(request.frame().bytes)))
    #expect(read.verb == verb)
    #expect(read.name.string == (verb == .create || verb == .run ? "web/3" : "cache"))
    #expect(read.number == 15)
    #expect(read.job.string == "a \0job")
    #expect(read.binding.string == "0-1")
  }

  @Test func verbNumbersAreForEver() {
    #expect(Verb.allCases.map(\.rawValue) == Array(1...20) + [22, 24])
    #expect(WorkerState.allCases.map(\.rawValue) == Array(0...9) + [16])
    #expect(Stage.allCases.map(\.rawValue) == Array(0...15))
  }

  @Test func whatIsMissing() {
    #expect(throws: WireError.missing(Tag.name)) {
      try Request(FrameReader(text(Request(.stop, id: 1).frame().bytes)))
    }
    var request = Request(.create, id: 1)
    var specification = Specification()
    specification.name = text("a")
    request.specification = specification
    #expect(throws: WireError.missing(Tag.argument)) { try Request(FrameReader(text(request.frame().bytes))) }
    #expect(throws: WireError.kind(200)) { try Request(FrameReader(text(FrameBuilder(kind: 200, id: 0).bytes))) }
  }

  @Test(arguments: ["", "-a", ".a", "/a", "a/", "a b", "a\n", "ä", String(repeating: "x", count: 49)])
  func badNames(_ name: String) { #expect(!Specification.isName(text(name))) }

  @Test(arguments: ["a", "web@1", "web/0", "A-b_c.d:e", String(repeating: "x", count: 48)])
  func goodNames(_ name: String) { #expect(Specification.isName(text(name))) }

  @Test(
    arguments: [
      (Tag.variable, "NOVALUE"), (Tag.variable, "=x"), (Tag.name, "a\0b"), (Tag.limit, "short"), (Tag.restart, "\u{9}"),
      (Tag.stopSignal, "\u{0}"), (Tag.umask, "\u{7F}\u{7F}"),
      (Tag.stopNotice, "\u{2}"), (Tag.stopNotice, "\u{0}\u{4}"), (Tag.input, "\u{2}"),
    ] as [(UInt16, String)]) func badFields(_ tag: UInt16, _ value: String)
  {
    var frame = FrameBuilder(kind: Verb.create.rawValue, id: 1)
    frame.add(Tag.name, text("a"))
    frame.add(Tag.argument, text("b"))
    frame.add(tag, text(value))
    #expect(throws: WireError.field(tag)) { try Request(FrameReader(text(frame.bytes))) }
  }

  @Test func unknownTagsAreSkipped() throws {
    var frame = FrameBuilder(kind: Verb.wake.rawValue, id: 1)
    frame.add(60000, text("of another time"))
    frame.add(Tag.name, text("a"))
    #expect(try Request(FrameReader(text(frame.bytes))).name.string == "a")
  }

  @Test(arguments: [
    Ending.none, .exited(0), .exited(7), .signaled(9), .failed(.execute, .noEntry), .failed(.fork, .again), .unknown,
  ]) func replies(_ ending: Ending) throws {
    var reply = Reply(.worker, id: 12)
    reply.error = .again
    reply.stage = .cgroup
    reply.usage.processorTime = .seconds(3)
    reply.usage.memory = 4096
    reply.usage.begun = Instant(nanoseconds: 5)
    reply.fate = .forgotten
    reply.next = 99
    reply.worker.name = text("web")
    reply.worker.state = .backoff
    reply.worker.process = ProcessID(17)
    reply.worker.restarts = 4
    reply.worker.since = Instant(nanoseconds: 123_456_789)
    reply.worker.ending = ending
    reply.worker.text = text("5 clients")
    reply.worker.dropped = 1
    reply.worker.control = text("cgroup")
    reply.worker.binding = text("node:0")
    let read = try Reply(FrameReader(text(reply.frame().bytes)))
    #expect(read.kind == .worker)
    #expect(read.id == 12)
    #expect(read.error == .again)
    #expect(read.stage == .cgroup, "the request's, not the worker's")
    #expect(read.usage == reply.usage)
    #expect(read.fate == .forgotten)
    #expect(read.next == 99)
    #expect(read.worker.name.string == "web")
    #expect(read.worker.state == .backoff)
    #expect(read.worker.process == ProcessID(17))
    #expect(read.worker.restarts == 4)
    #expect(read.worker.since == Instant(nanoseconds: 123_456_789))
    #expect(read.worker.ending == ending)
    #expect(read.worker.text.string == "5 clients")
    #expect(read.worker.dropped == 1)
    #expect(read.worker.control.string == "cgroup")
    #expect(read.worker.binding.string == "node:0")
  }

  @Test(
    arguments: [
      (Ending.exited(3), 3), (.signaled(9), 137), (.failed(.execute, .noEntry), 127), (.failed(.execute, .noAccess), 126),
      (.failed(.user, .notPermitted), 125), (.unknown, 125), (.none, 0),
    ] as [(Ending, Int32)]) func codes(_ ending: Ending, _ code: Int32)
  { #expect(ending.code == code) }
}
