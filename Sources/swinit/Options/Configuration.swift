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

  enum OwnFiles {
    /// Once the command runs, whatever is open but 0 to 2 is its alone.
    case closed
    /// This init has files of its own, which the command does not get.
    case kept
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

  enum InitMemory {
    case givenBack
    /// A machine that exists for one command has nobody to give it to, and it costs the command's first instants.
    case kept
  }

  var log = Log()
  var supervision = Supervision.whereDefined
  /// Whose members may control workers; nil: root and swinit's own user alone.
  var controlGroup: UInt32?
  /// How long kthreadd may not answer; nil: for ever.
  var heartbeat: Interval? = .seconds(10)
  var policy = Lifecycle.Policy()
  var exitMap = ExitMap()
  var signalTarget = SignalTarget.group
  var leftovers = Leftovers.ended
  var ownFiles = OwnFiles.closed
  var initMemory = InitMemory.givenBack
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
  private let boxed: BoxedMessage
  var message: Message { boxed.message }
  let exitCode: Int32
  /// Whose form the message is said in; nil: as it stands.
  let voice: Log.Voice?

  /// A mistake in swinit's own options.
  @inline(never)
  init(_ message: Message) { self.init(message, exitCode: 2, voice: .native) }

  /// A mistake in a personality's options.
  @inline(never)
  init(_ message: Message, exitCode: Int32, voice: Log.Voice? = nil) {
    boxed = BoxedMessage(message)
    self.exitCode = exitCode
    self.voice = voice
  }
}
