import Boot
import Supervision
import Sys
import Wire

/// The process that becomes a worker: this program once more. It sets everything up, says so, waits until it is woken, and executes the
/// worker's program. What fails is told by stage and errno.
struct WorkerStart {
  static let name: StaticString = "swinit-worker"
  static func isAsked(_ arguments: SpawnRequest.Vector) -> Bool {
    guard let word = arguments[0], CString(at: UnsafePointer(word)).text == name else { return false }
    return arguments[1] != nil && arguments[2] != nil && arguments[3] != nil && arguments[4] != nil
  }

  private struct Failure: Error {
    let stage: Stage
    let errno: Errno
  }

  private let notify: CString
  private let group: CString
  private let descriptorLimit: CString
  private var environment: Environment
  private var descriptors = WorkerDescriptors()

  /// Returns only when the program could not be executed.
  static func run(_ arguments: SpawnRequest.Vector, _ environment: Environment) -> Int32 {
    func word(_ index: Int) -> CString { CString(at: UnsafePointer(arguments[index]!)) }
    Attributes.setName(word(1))
    var channel: Int32 = 3
    var start = WorkerStart(notify: word(2), group: word(3), descriptorLimit: word(4), environment: environment)
    do throws(Failure) {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Frame.maximum, alignment: 16)
      let specification = try start.receiveDefinition(memory, channel)
      do throws(Errno) { try start.descriptors.place(specification, &channel) } catch {
        throw Failure(stage: .output, errno: error)
      }
      try start.setUp(specification)
      ChannelWord.isSetUp.send(over: channel)
      guard let length = receive(into: memory, channel)?.count, length > 0, memory[0] == ChannelWord.go.rawValue else {
        return 125
      }
      throw Failure(stage: .execute, errno: start.execute(specification))
    } catch {
      ChannelWord.report(error.stage, error.errno, over: channel)
      return error.errno == .noEntry ? 127 : 126
    }
  }

  private init(notify: CString, group: CString, descriptorLimit: CString, environment: Environment) {
    self.notify = notify
    self.group = group
    self.descriptorLimit = descriptorLimit
    self.environment = environment
  }

  /// The definition, and before it what the program inherits.
  private mutating func receiveDefinition(_ memory: UnsafeMutableRawBufferPointer, _ channel: Int32) throws(Failure)
    -> Specification
  {
    while let received = WorkerStart.receive(into: memory, channel),
      let frame = try? FrameReader(memory.prefix(received.count).text)
    {
      if descriptors.take(frame, received) == .taken { continue }
      if let specification = try? Specification(frame) { return specification }
      break
    }
    throw Failure(stage: .definition, errno: .badMessage)
  }

  /// The next packet. nil: kthreadd and PID 1 have let go of this process, which has no more to do.
  private static func receive(into memory: UnsafeMutableRawBufferPointer, _ channel: Int32) -> Packet.Received? {
    while true {
      Socket.waitUntilReadable(channel)
      do throws(Errno) {
        let received = try Packet.receive(into: memory, from: channel)
        return received.count > 0 ? received : nil
      } catch {
        guard error == .again || error == .interrupted else { return nil }
      }
    }
  }

  private func at(_ stage: Stage, _ body: () throws(Errno) -> Void) throws(Failure) {
    do throws(Errno) { try body() } catch { throw Failure(stage: stage, errno: error) }
  }

  private mutating func setUp(_ specification: Specification) throws(Failure) {
    if !group.isEmpty { try at(.cgroup) { () throws(Errno) in try FileDescriptor.write(Text("0"), to: group) } }
    try at(.limits) { () throws(Errno) in
      // kthreadd has raised its own.
      let own = try Attributes.limit(7)
      if let soft = descriptorLimit.text.decimal(upTo: .max) {
        try Attributes.setLimit(7, soft: min(UInt64(soft) == UInt64(Int.max) ? .max : UInt64(soft), own.hard), hard: own.hard)
      }
      for limit in specification.limits { try Attributes.setLimit(limit.resource, soft: limit.soft, hard: limit.hard) }
    }
    try at(.priority) { () throws(Errno) in if let nice = specification.nice { try Attributes.setNice(nice) } }
    try at(.oomScore) { () throws(Errno) in
      guard let score = specification.oomScore else { return }
      let number: Message = "\(score)"
      var failure: Errno?
      number.withBytes { bytes in
        do throws(Errno) { try FileDescriptor.write(Text(bytes), to: "/proc/self/oom_score_adj") } catch { failure = error }
      }
      if let failure { throw failure }
    }
    try at(.processors) { () throws(Errno) in if let list = specification.processors { try Attributes.bind(to: list) } }
    if let mask = specification.umask { Attributes.setFileMask(mask) }
    try prepareEnvironment(specification)
    try become(specification)
    try at(.directory) { () throws(Errno) in
      try Host.changeDirectory(to: specification.directory.map { CString(copying: $0) } ?? "/")
    }
  }

  private mutating func prepareEnvironment(_ specification: Specification) throws(Failure) {
    for file in specification.environmentFiles {
      let isOptional = file.hasPrefix("-")
      let path = CString(copying: isOptional ? file.dropFirst() : file)
      do throws(Errno) { _ = try FileStatus(of: path) } catch {
        if isOptional { continue }
        throw Failure(stage: .environment, errno: error)
      }
      FileDescriptor.text(of: path).forEachPart(separatedBy: UInt8(ascii: "\n")) { line in
        guard !line.isEmpty, line[0] != UInt8(ascii: "#"), line[0] != UInt8(ascii: ";"),
          let (name, value) = line.cut(at: UInt8(ascii: "="))
        else { return }
        environment.set(CString(copying: name, Text("="), WorkerStart.unquoted(value)))
      }
    }
    for variable in specification.environment { environment.set(CString(copying: variable)) }
    if specification.speakers != .none { environment.set("NOTIFY_SOCKET", notify.text) }
    descriptors.announce(in: &environment)
    if let watchdog = specification.watchdog {
      let time: Message = "\(watchdog.nanoseconds / 1000)"
      let process: Message = "\(ProcessID.current)"
      time.withBytes { environment.set("WATCHDOG_USEC", Text($0)) }
      process.withBytes { environment.set("WATCHDOG_PID", Text($0)) }
    }
  }

  private static func unquoted(_ value: Text) -> Text {
    guard value.count >= 2, value[0] == value[value.count - 1], value[0] == UInt8(ascii: "\"") || value[0] == UInt8(ascii: "'")
    else { return value }
    return value.dropFirst().dropLast()
  }

  // MARK: identity

  private mutating func become(_ specification: Specification) throws(Failure) {
    var account: UserDatabase.Account?
    if specification.user != nil || specification.group != nil || !specification.supplementaryGroups.isEmpty {
      let database = UserDatabase(
        passwd: FileDescriptor.text(of: "/etc/passwd"), group: FileDescriptor.text(of: "/etc/group"))
      account = try WorkerStart.account(specification, database)
    }
    try at(.capabilities) { () throws(Errno) in
      if let bounding = specification.bounding { try Capabilities.bound(to: bounding) }
      if specification.ambient != nil || specification.inheritable != nil { try Capabilities.keepAcrossUsers() }
    }
    if let account, !(account.user == Attributes.user && account.group == Attributes.group && account.user != 0) {
      try at(.groups) { () throws(Errno) in try Attributes.setGroups(account.groups) }
      try at(.user) { () throws(Errno) in try Attributes.become(user: account.user, group: account.group) }
      if let home = account.home { environment.set("HOME", home) }
      if let name = account.name {
        environment.set("USER", name)
        environment.set("LOGNAME", name)
      }
    }
    try at(.capabilities) { () throws(Errno) in try setCapabilities(specification) }
  }

  private static func account(
    _ specification: Specification, _ database: UserDatabase
  ) throws(Failure) -> UserDatabase.Account {
    do throws(BadWord) {
      let own: Message = "\(Int(Attributes.user))"
      let user = specification.user ?? own.withBytes { CString(copying: Text($0)).text }
      let word = specification.group.map { CString(copying: user, Text(":"), $0).text } ?? user
      var account = try database.account(word)
      for name in specification.supplementaryGroups {
        account.groups.append(try database.account(CString(copying: user, Text(":"), name).text).group)
      }
      return account
    } catch {
      throw Failure(stage: .user, errno: .noProcess)
    }
  }

  private func setCapabilities(_ specification: Specification) throws(Errno) {
    if specification.ambient != nil || specification.inheritable != nil {
      var sets = try Capabilities.current()
      let ambient = specification.ambient ?? 0
      sets.inheritable = (specification.inheritable ?? sets.inheritable) | ambient
      sets.effective = sets.permitted
      try Capabilities.set(sets)
      try Capabilities.raiseAmbient(ambient)
    }
    if specification.privileges == .noNew { try Attributes.renounceNewPrivileges() }
  }

  // MARK: the program

  private func execute(_ specification: Specification) -> Errno {
    let words = specification.arguments.map { CString(copying: $0) }
    var request = SpawnRequest(
      file: words[0], arguments: Environment.vector(of: words), environment: environment.vector(),
      search: environment.value("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    request.group = .inherited
    Attributes.closeOnExec(from: 3)
    descriptors.passOn()
    Attributes.resetSignals()
    return request.replaceProcess().errno
  }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate func prefix(_ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(self)[..<count])
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var text: Text { Text(assumingMemoryBound(to: UInt8.self)) }
}
