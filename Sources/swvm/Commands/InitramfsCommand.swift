import ArgumentParser
import Glibc

/// swvm initramfs.
struct InitramfsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "initramfs", abstract: "Make an initramfs with swinit as its /init. Same input, same bytes.")

  @Option(name: .shortAndLong, help: ArgumentHelp("Where it is written to; - is standard output.", valueName: "FILE"))
  var output: String
  @Option(help: ArgumentHelp("Kernel whose modules are meant: a file, a directory, or a version.", valueName: "FILE|VERSION"))
  var kernel: String?
  @Option(name: .customLong("init"), help: ArgumentHelp("The /init; swinit's static binary when not given.", valueName: "FILE"))
  var initProgram: String?
  @Option(help: ArgumentHelp("Module, with all that it needs. Can be repeated.", valueName: "NAME"))
  var module: [String] = []
  @Option(
    help: ArgumentHelp(
      "A file or directory of the host's, at the same place or at PLACE. Can be repeated.", valueName: "PATH[:PLACE]"))
  var add: [String] = []

  func run() throws {
    var archive = try Initramfs(initProgram: Init.find(initProgram))
    if !module.isEmpty {
      let kernel = try Kernel.find(kernel)
      guard let place = kernel.modules, let release = kernel.release else {
        throw Complaint("\(kernel.image) has no modules here")
      }
      let index = try KernelModules(place)
      try archive.add(index.closure(of: module), from: place, release: release, index: index)
    }
    for word in add {
      let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
      let place = parts.count == 2 ? parts[1] : Files.absolute(parts.first ?? "")
      guard parts.count > 0, place.hasPrefix("/") else {
        throw Complaint("--add \(word): expected PATH or PATH:PLACE, with a place from /")
      }
      try archive.add(path: parts[0], at: place)
    }
    let bytes = archive.finish()
    if output == "-" { return Bytes.writeAll(bytes, to: 1) }
    try Bytes.write(bytes, toFile: output)
  }
}
