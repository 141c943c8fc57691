import Boot
import Sys

/// Everything that options, variables and a personality can ask for.
struct Configuration {
  enum SignalTarget {
    /// The command's process alone.
    case child
    /// The command's process group.
    case group
  }

  enum OrphanWarning {
    case none, each
  }

  enum Leftovers {
    /// TERM, grace, KILL, and the end when the last one has gone.
    case ended
    /// Left as they are: PID 1's end kills them, a subreaper's gives them to the next.
    case leftToTheKernel
  }

  enum Supervision {
    /// Only where there are definitions of workers.
    case whereDefined
    case asked
  }

  var log = Log()
  var supervision = Supervision.whereDefined
  var policy = Lifecycle.Policy()
  var exitMap = ExitMap()
  var signalTarget = SignalTarget.group
  var leftovers = Leftovers.ended
  var plainText = SpawnRequest.PlainText.refused
  /// What the command leads: a process group, a session, or nothing.
  var leads = SpawnRequest.Group.own
  /// Opened on descriptors 0 to 2; nil: /dev/console where one of them is closed.
  var console: CString?
  /// Opened on the command's descriptors 0 to 2, and not on swinit's: the end of a session hangs its terminal up for everybody.
  var terminal: CString?
  /// Words for the init chain, when there is no command.
  var commandLine: CString?
  var user: CString?
  var directory: CString?
  /// NAME=value.
  var variables: [CString] = []
  var parentDeathSignal: Signal?
  var preHooks: [CommandWords] = []
  var postHooks: [CommandWords] = []
  var report = Report.Mode.none
  var warnsOfOrphans = OrphanWarning.none
  /// argv of the command; nil: the init chain.
  var command: SpawnRequest.Vector?
}

/// A mistake in how swinit was called.
struct UsageError: Error {
  /// Kept out of line: it is thrown through many frames.
  private let said: Said
  private final class Said: Sendable {
    let message: Message
    init(_ message: Message) { self.message = message }
  }

  var message: Message { said.message }
  let exitCode: Int32
  /// Whose form the message is said in; nil: as it stands.
  let voice: Log.Voice?

  /// A mistake in swinit's own options.
  @inline(never)
  init(_ message: Message) { self.init(message, exitCode: 2, voice: .native) }

  /// A mistake in a personality's options.
  @inline(never)
  init(_ message: Message, exitCode: Int32, voice: Log.Voice? = nil) {
    said = Said(message)
    self.exitCode = exitCode
    self.voice = voice
  }
}
