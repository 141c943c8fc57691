import Sys
import Wire

/// An upgrade that is under way, until this program has executed the new one in its own place.
final class Upgrade {
  let program: SelfSpawn
  let id: UInt64
  /// The process that says what the program is, and what it says.
  var process = ProcessID(0)
  var answer: Int32 = -1
  var line: [UInt8] = []
  /// When it has to have said so.
  var deadline: Instant? = .now + .seconds(5)

  init(_ program: consuming SelfSpawn, _ id: UInt64) {
    self.program = program
    self.id = id
  }

  deinit { if answer >= 0 { FileDescriptor.close(answer) } }
}

/// `swctl upgrade`: the new program is asked what it is before anything happens; PID 1 is asked whether it can be replaced; kthreadd
/// executes it in its own place, so that its workers stay its children; and when that serves, PID 1 does the same.
extension Supervisor {
  func upgrade(_ request: Request, _ client: Int) {
    guard phase == .serving else { return answer(client, request.id, .interrupted) }
    // The same request once more: this is the kthreadd that it was for, or the one that came instead.
    if table.upgradeID == request.id, request.id != 0 {
      clients[client]?.listenID = request.id
      clients[client]?.upgrades = .waits
      return answerUpgrade()
    }
    guard upgrade == nil, table.upgradeOutcome != .pending else { return answer(client, request.id, .busy) }
    clients[client]?.listenID = request.id
    clients[client]?.upgrades = .waits
    table.upgradeID = request.id
    table.upgradeOutcome = .pending
    do throws(Errno) {
      upgrade = Upgrade(SelfSpawn(adopting: try FileDescriptor.program(at: request.name)), request.id)
    } catch {
      return endUpgrade(.path, error)
    }
    do throws(Errno) { try ask() } catch { endUpgrade(.execute, error) }
  }

  /// Has the program say what it is.
  private func ask() throws(Errno) {
    guard let upgrade else { return }
    let (reader, writer) = try FileDescriptor.pipe()
    upgrade.answer = reader
    defer { FileDescriptor.close(writer) }
    var descriptors = InlineArray<4, Int32>(repeating: null.rawValue)
    descriptors[1] = writer
    var words: InlineArray<3, UnsafeMutablePointer<CChar>?> = [
      UnsafeMutablePointer(mutating: CString("kthreadd").pointer), UnsafeMutablePointer(mutating: CString("--version").pointer),
      nil,
    ]
    let environment = setting.environment
    var failure: Errno?
    var span = words.mutableSpan
    span.withUnsafeMutableBufferPointer { memory in
      do throws(Errno) {
        upgrade.process = try upgrade.program.start(UnsafePointer(memory.baseAddress!), environment, descriptors, leads: .session)
      } catch { failure = error }
    }
    if let failure { throw failure }
    try events.add(reader, .readable, key: Source.upgrade.key())
    if let deadline = upgrade.deadline { note(deadline) }
  }

  /// What it says, to the end.
  func readUpgrade() {
    guard let upgrade, upgrade.answer >= 0 else { return }
    let block = UnsafeMutableRawBufferPointer(rebasing: packet[..<256])
    let count: Int
    do throws(Errno) { count = try FileDescriptor.read(from: upgrade.answer, into: block) } catch { return }
    upgrade.line.append(contentsOf: block.text(count).bytes)
    if count > 0, upgrade.line.count <= 256 { return }
    dismiss()
    let verdict = upgrade.line.withUnsafeBufferPointer { Generation.judge(Text($0)) }
    switch verdict {
    case .unknown: endUpgrade(.ask, .notExecutable)
    case .other: endUpgrade(.version, .notSupported)
    case .same: tell(Custody.Entry(.mayUpgrade), upgrade.program.rawValue)
    }
  }

  /// Nothing more is asked of the process that was asked what it is.
  private func dismiss() {
    guard let upgrade, upgrade.answer >= 0 else { return }
    events.remove(upgrade.answer)
    FileDescriptor.close(upgrade.answer)
    upgrade.answer = -1
    upgrade.deadline = nil
    // Whatever it is, it ends; until it is reaped here its number is its own.
    if Children.holds(upgrade.process) {
      try? upgrade.process.sendToGroup(.kill)
      try? upgrade.process.send(.kill)
    }
  }

  func expireUpgrade() {
    guard let deadline = upgrade?.deadline else { return }
    guard deadline <= .now else { return note(deadline) }
    dismiss()
    endUpgrade(.ask, .timedOut)
  }

  /// PID 1 says that it can be replaced, or not; and in the end how that went.
  func hear(_ entry: Custody.Entry, _ descriptor: Int32) {
    let error = Errno(entry.value)
    switch Custody.Kind(rawValue: entry.kind) {
    case .areYouThere: tell(Custody.Entry(.alive))
    case .isUpgrading where upgrade == nil && table.upgradeOutcome == .pending: endUpgrade(.kthreadd, .interrupted)
    case .mayUpgrade where upgrade != nil:
      guard error == Errno(0) else { return endUpgrade(.allow, error) }
      replaceThis()
    case .upgraded:
      endUpgrade(UpgradeStep(rawValue: UInt8(clamping: entry.spare)) ?? .none, error)
      // PID 1 has stayed what it was; so this goes back to that.
      // Its number may be one of those that the next image gets its own on.
      if descriptor >= 0, let old = try? FileDescriptor.duplicate(descriptor) { _ = Reexecution.execute(old) }
    default: break
    }
  }

  /// A kthreadd that finds an upgrade under way has perhaps to end it: the one before it was killed while it asked. PID 1 answers where it
  /// knows of none; else it tells the outcome by itself.
  func resumeUpgrade() {
    if table.upgradeOutcome == .pending { tell(Custody.Entry(.isUpgrading)) }
  }

  private func replaceThis() {
    guard let upgrade else { return }
    flushLines()
    let error = Reexecution.execute(upgrade.program.rawValue)
    StandardStream.output.reopenWithoutWaiting()
    tell(Custody.Entry(.upgradeFailed))
    endUpgrade(.execute, error)
  }

  private func endUpgrade(_ step: UpgradeStep, _ error: Errno) {
    upgrade = nil
    table.upgradeError = error
    table.upgradeStep = step
    table.upgradeOutcome = .over
    answerUpgrade()
  }

  private func answerUpgrade() {
    guard table.upgradeOutcome == .over else { return }
    var reply = Reply(.done, id: table.upgradeID)
    reply.error = table.upgradeError
    reply.step = table.upgradeStep
    for client in clients.indices where clients[client]?.upgrades == .waits {
      clients[client]?.upgrades = .no
      send(reply, to: client)
    }
  }
}

/// What the next image has to know of the upgrade that it is part of.
extension WorkerTable {
  enum Outcome: UInt32, Sendable { case none, pending, over }

  var upgradeID: UInt64 {
    get { memory.load(fromByteOffset: 512, as: UInt64.self) }
    nonmutating set { memory.storeBytes(of: newValue, toByteOffset: 512, as: UInt64.self) }
  }
  var upgradeOutcome: Outcome {
    get { Outcome(rawValue: memory.load(fromByteOffset: 520, as: UInt32.self)) ?? .none }
    nonmutating set { memory.storeBytes(of: newValue.rawValue, toByteOffset: 520, as: UInt32.self) }
  }
  var upgradeError: Errno {
    get { Errno(memory.load(fromByteOffset: 524, as: Int32.self)) }
    nonmutating set { memory.storeBytes(of: newValue.rawValue, toByteOffset: 524, as: Int32.self) }
  }
  var upgradeStep: UpgradeStep {
    get { UpgradeStep(rawValue: memory.load(fromByteOffset: 528, as: UInt8.self)) ?? .none }
    nonmutating set { memory.storeBytes(of: newValue.rawValue, toByteOffset: 528, as: UInt8.self) }
  }
}
