import ArgumentParser

/// swvm initramfs.
struct InitramfsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "initramfs")
}
