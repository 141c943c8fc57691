import Boot
import Sys

/// Who the command runs as, and the environment that goes with it.
struct Account {
  let identity: SpawnRequest.Identity?
  let environment: Environment

  /// Reads /etc/passwd and /etc/group when a user was asked for. What `--env` sets is left as it is.
  init(_ configuration: Configuration, _ environment: Environment) throws(UsageError) {
    guard let word = configuration.user else {
      identity = nil
      self.environment = environment
      return
    }
    let database = UserDatabase(
      passwd: FileDescriptor.text(of: CString("/etc/passwd")), group: FileDescriptor.text(of: CString("/etc/group")))
    let account: UserDatabase.Account
    do throws(BadWord) {
      account = try database.account(word.text)
    } catch {
      // The word is what --user or SWINIT_USER say; which of them does not matter to its reader.
      throw UsageError("bad user '\(word)' (--user, SWINIT_USER): '\(error.word)' is not \(error.expected)")
    }
    let groups = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: account.groups.count)
    _ = groups.initialize(from: account.groups)
    let wanted = SpawnRequest.Identity(user: account.user, group: account.group, groups: UnsafeBufferPointer(groups))
    // Who is it already needs no right to become it.
    identity = wanted.isCurrent ? nil : wanted
    self.environment = Account.environment(of: account, environment, configuration)
  }

  private static func environment(
    of account: UserDatabase.Account, _ environment: Environment, _ configuration: Configuration
  ) -> Environment {
    var result = environment
    if let home = account.home { result.set("HOME", home) }
    if let name = account.name {
      result.set("USER", name)
      result.set("LOGNAME", name)
    }
    for variable in configuration.variables { result.set(variable) }
    return result
  }

  /// A candidate of the init chain with what the kernel gives it: its path, the words that are left, and the variables among them.
  func program(
    for candidate: InitChain.Candidate, _ line: KernelCommandLine, _ signals: SignalState, _ configuration: Configuration
  ) -> Program {
    var environment = environment
    if environment.value("HOME") == nil { environment.set("HOME", Text("/")) }
    if environment.value("TERM") == nil { environment.set("TERM", Text("linux")) }
    for variable in line.environment { environment.set(Account.copy(variable)) }
    let words = [candidate.path] + line.arguments.map(Account.copy)
    var program = Program(Environment.vector(of: words), environment, signals, configuration)
    program.become(identity)
    return program
  }

  private static func copy(_ bytes: [UInt8]) -> CString { bytes.withUnsafeBufferPointer { CString(copying: Text($0)) } }
}
