public import Sys

/// modules-load.d(5) and /etc/modules: modules that are wanted whatever devices there are.
public struct ModulesLoad {
  struct Request {
    let name: CString
    /// What follows the name, for finit_module(2).
    let parameters: CString
    let file: CString
    let line: Int
  }

  private(set) var requests: [Request] = []

  init() {}

  /// Everything that the machine's files say, and `more`: names with commas between, as `modules_load=` on the kernel's command line has
  /// them. Without any of these /lib/modules is not looked at.
  public static func loadAll(_ more: Text = Text(""), commandLine: Text = Text(""), _ report: (SystemLine) -> Void) -> Errno? {
    var list = ModulesLoad()
    list.read(names: more)
    for file in DropIns.files(of: "modules-load.d") + ["/etc/modules"] { list.read(FileDescriptor.text(of: file), file) }
    guard !list.requests.isEmpty else { return nil }
    var first = FirstError()
    do throws(ModuleError) {
      var loader = try ModuleLoader()
      loader.commandLine = commandLine
      for request in list.requests {
        do throws(ModuleError) { try loader.load(request.name.text, parameters: request.parameters.text) } catch {
          report(.failure(failure(request, error)))
          first.take(error.errno)
        }
      }
    } catch {
      report(.failure(failure(list.requests[0], error)))
      first.take(error.errno)
    }
    return first.value
  }

  mutating func read(names: Text) {
    names.forEachPart(separatedBy: UInt8(ascii: ",")) { add($0.trimmed, Text(""), "kernel command line", 1) }
  }

  /// A module each line, `NAME [parameters]`.
  mutating func read(_ text: Text, _ file: CString) {
    text.forEachLine(comments: "#;") { line, number in
      let (name, parameters) = line.firstWord
      add(name, parameters, file, number)
    }
  }

  /// The first of a name counts: it is loaded by then.
  private mutating func add(_ name: Text, _ parameters: Text, _ file: CString, _ line: Int) {
    guard !name.isEmpty, name.firstIndex(of: 0) == nil else { return }
    guard
      !requests.contains(where: {
        $0.name.text.bytes.elementsEqual(name.bytes) { ModuleName.normal($0) == ModuleName.normal($1) }
      })
    else { return }
    requests.append(Request(name: CString(copying: name), parameters: CString(copying: parameters), file: file, line: line))
  }

  @inline(never)
  private static func failure(_ request: Request, _ error: ModuleError) -> Message {
    "\(request.file):\(request.line): \(error.message)"
  }
}

extension ModuleError {
  /// The error number that says it best.
  public var errno: Errno {
    switch self {
    case .noDirectory(_, let error): error
    case .unknown: .noEntry
    case .failed(_, let fault), .needs(_, _, let fault):
      switch fault {
      case .missing, .needsUnknown: .noEntry
      case .unreadable(let error), .refused(let error), .packed(_, let error): error
      }
    }
  }
}
