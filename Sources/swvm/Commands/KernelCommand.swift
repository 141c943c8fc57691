import ArgumentParser

/// swvm kernel.
struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Fetch kernels, and list them.",
    subcommands: [KernelFetchCommand.self, KernelListCommand.self])
}

/// swvm kernel list.
struct KernelListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the kernels that were fetched, the newest last.")

  func run() throws {
    for entry in KernelStore.list() {
      Bytes.writeAll(Array("\(entry.version)\t\(entry.package)\t\(entry.path)\n".utf8), to: 1)
    }
  }
}

/// swvm kernel fetch.
struct KernelFetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Fetch a kernel of Debian's through apt. Nothing is installed.",
    discussion: "cloud is the smaller one (virtiofs); generic has more modules (9p too); anything else is a package's name.")

  @Argument(help: ArgumentHelp("cloud, generic, or a package.", valueName: "WHICH"))
  var which = "cloud"

  func run() async throws { try await KernelFetch(which).perform() }
}
