import Boot
import Supervision
import Sys
import Wire

/// The process that becomes a worker, a copy of kthreadd: kthread(). It sets everything up, says so, waits until it is woken, and executes
/// the worker's program. What fails is told by stage and errno.
struct WorkerStart {
  private struct Failure: Error {
    let stage: Stage
    let errno: Errno
  }

  private let info: CreateInfo
  var environment: Environment
  /// To kthreadd. It moves away where its number is asked for.
  var channel = CreateInfo.channel
  /// Its end of the stop notice; -1: none.
  private var notice: Int32 = -1

  /// Ends with the process, or with its program in its place.
  static func run(_ info: CreateInfo) -> Never {
    Panic.role = .part
    let passed: [Int32]
    do throws(Errno) { passed = try info.takeDescriptors() } catch { Fork.leave(125) }
    Attributes.leadSession()
    var start = WorkerStart(info: info, environment: Environment(UnsafePointer(info.environment)))
    if let notice = passed.first { start.notice = notice }
    do throws(Failure) {
      guard let frame = try? FrameReader(info.definition), let specification = try? Specification(frame)
      else { throw Failure(stage: .definition, errno: .badMessage) }
      Attributes.setName(CString(copying: specification.name))
      try start.setUp(specification)
      ChannelWord.isSetUp.send(over: start.channel)
      guard start.waitForGo() else { Fork.leave(125) }
      throw Failure(stage: .execute, errno: start.execute(specification))
    } catch {
      ChannelWord.report(error.stage, error.errno, over: start.channel)
      Fork.leave(error.errno == .noEntry ? 127 : 126)
    }
  }

  private init(info: CreateInfo, environment: Environment) {
    self.info = info
    self.environment = environment
  }

  /// Whether kthreadd has said so; if not, it and PID 1 have let go of this process, which has no more to do.
  private func waitForGo() -> Bool {
    var word = InlineArray<1, UInt8>(repeating: 0)
    var span = word.mutableSpan
    return span.withUnsafeMutableBytes { memory in
      while true {
        do throws(Errno) {
          return try Packet.receive(into: memory, from: channel).count > 0 && memory[0] == ChannelWord.go.rawValue
        } catch {
          guard error == .again || error == .interrupted else { return false }
        }
        Socket.waitUntilReadable(channel)
      }
    }
  }

  private func at(_ stage: Stage, _ body: () throws(Errno) -> Void) throws(Failure) {
    do throws(Errno) { try body() } catch { throw Failure(stage: stage, errno: error) }
  }

  private mutating func setUp(_ specification: Specification) throws(Failure) {
    try at(.cgroup) { () throws(Errno) in try info.join() }
    try at(.limits) { () throws(Errno) in
      // kthreadd has raised its own.
      let own = try Attributes.limit(7)
      try Attributes.setLimit(7, soft: min(info.descriptorLimit, own.hard), hard: own.hard)
      for limit in specification.limits { try Attributes.setClosestLimit(limit.resource, soft: limit.soft, hard: limit.hard) }
    }
    try at(.priority) { () throws(Errno) in if let nice = specification.nice { try Attributes.setNice(nice) } }
    try at(.oomScore) { () throws(Errno) in
      guard let score = specification.oomScore else { return }
      let number: Message = "\(score)"
      var failure: Errno?
      number.withBytes { bytes in
        do throws(Errno) { try FileDescriptor.write(Text(bytes), to: "/proc/self/oom_score_adj") } catch { failure = error }
      }
      // A container that may not make it worse runs it as it is, as systemd does.
      if let failure, failure != .noAccess, failure != .notPermitted { throw failure }
    }
    try at(.processors) { () throws(Errno) in try WorkerStart.bind(specification) }
    if let mask = specification.umask { Attributes.setFileMask(mask) }
    try at(.output) { () throws(Errno) in try place(notice, specification) }
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
    if specification.readiness == .notify || specification.watchdog != nil { environment.set("NOTIFY_SOCKET", info.notify) }
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
    if let number = specification.stopNotice { FileDescriptor.letInherit(number) }
    return request.replaceProcess().errno
  }
}
