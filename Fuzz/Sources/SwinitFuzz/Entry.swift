import CFuzz
import Sys

/// What is fuzzed is said by the name that this program is run by, as for swinit itself: libFuzzer runs itself again by argv[0] alone.
enum Target: CaseIterable {
  case wire, definition, table, kernel, fstab

  var name: StaticString {
    switch self {
    case .wire: "wire"
    case .definition: "definition"
    case .table: "table"
    case .kernel: "kernel"
    case .fstab: "fstab"
    }
  }

  var input: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32 {
    switch self {
    case .wire: { read($0, $1, WireInput.run) }
    case .definition: { read($0, $1, DefinitionInput.run) }
    case .table: { read($0, $1, TableInput.run) }
    case .kernel: { read($0, $1, KernelInput.run) }
    case .fstab: { read($0, $1, FstabInput.run) }
    }
  }
}

/// Gives an input to its reader. libFuzzer keeps it in memory of just this size, so a byte read behind it is found.
private func read(_ start: UnsafePointer<UInt8>?, _ count: Int, _ body: (Text) -> Void) -> Int32 {
  body(Text(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

/// main(), by SwiftPM's name for it.
@c(SwinitFuzz_main)
public func fuzzMain(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  var count = count
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = arguments
  let name = arguments?[0].map { CString(at: UnsafePointer($0)).text.baseName } ?? Text("")
  for target in Target.allCases where name == target.name { return cfuzz_run(&count, &arguments, target.input) }
  let line: Message = "fuzz: there is no target '\(name)'; run it by the name of one: wire, definition, table, kernel, fstab"
  line.send()
  return 2
}
