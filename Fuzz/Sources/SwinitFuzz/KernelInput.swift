@testable import Boot
import Sys

/// Any bytes as a kernel command line, read as the kernel does and as swinit does, and as what stands in it: the consoles of
/// swinit.console=, the words of a command.
enum KernelInput {
  static func run(_ line: Text) {
    let kernel = KernelCommandLine(line)
    claim(kernel.arguments.count <= 32, "the kernel gives init at most 32 words")
    claim(kernel.environment.count <= 32, "and 32 variables")
    for variable in kernel.environment { claim(variable.contains(UInt8(ascii: "=")), "a variable has a value") }
    let parameters = BootParameters(line)
    _ = InitChain(kernel)
    _ = InitChain(machine: parameters)
    let consoles = ConsoleList.paths(in: parameters.console ?? line)
    claim(consoles.count <= ConsoleList.limit, "more consoles than there is room for")
    for mistake in parameters.mistakes {
      let message: Message = "'\(mistake.word)': expected \(mistake.expected)"
      claim(message.withBytes { !$0.contains(UInt8(ascii: "\n")) }, "a mistake is told in one line")
    }
    _ = try? CommandWords(line)
    _ = try? RootSpecification(line)
    _ = try? Interval.parse(line)
  }
}
