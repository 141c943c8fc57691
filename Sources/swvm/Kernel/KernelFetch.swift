import Glibc

/// Downloads a kernel package, and puts what is in it where machines can be booted from.
struct KernelFetch {
  private let which: String

  init(_ which: String) { self.which = which }

  func perform() async throws {
    let package = try await package()
    let place = KernelStore.directory
    try Files.makeDirectory(place)
    let work = "\(place)/.new-\(getpid())"
    try Files.makeDirectory(work)
    do {
      let version = try await unpack(package, in: work)
      let old = "\(place)/\(version)"
      if Files.kind(of: old) != nil { try await Tool.run("rm", ["-rf", "--", old]) }
      guard rename(work, old) == 0 else { throw Complaint("cannot make \(old): \(Failure.text())") }
      Bytes.writeAll(Array("\(version)\t\(old)\n".utf8), to: 1)
    } catch {
      _ = try? await Tool.run("rm", ["-rf", "--", work])
      throw error
    }
  }

  /// The package itself: those that are named for what they are only depend on it.
  private func package() async throws -> String {
    let architecture =
      try await Tool.run("dpkg", ["--print-architecture"]).split(separator: "\n").first.map(String.init) ?? "amd64"
    let name =
      switch which {
      case "cloud": "linux-image-cloud-\(architecture)"
      case "generic": "linux-image-\(architecture)"
      default: which
      }
    let answer = try await Tool.run("apt-cache", ["depends", name])
    for line in answer.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 2, words[0] == "Depends:", words[1].hasPrefix("linux-image-"),
        words[1].dropFirst(12).first?.isNumber == true
      {
        return String(words[1])
      }
    }
    guard !answer.isEmpty, name.hasPrefix("linux-image-") else {
      throw Complaint("apt knows no kernel '\(name)'; 'apt-get update' may help")
    }
    return name
  }

  /// Gives the kernel's release.
  private func unpack(_ package: String, in work: String) async throws -> String {
    let sandbox = geteuid() == 0 ? ["-o", "APT::Sandbox::User=root"] : []
    try await Tool.run("apt-get", ["-q"] + sandbox + ["download", package], in: work)
    guard let archive = Files.names(in: work).first(where: { $0.hasSuffix(".deb") }) else {
      throw Complaint("apt-get has fetched no package")
    }
    let tree = "\(work)/tree"
    try await Tool.run("dpkg-deb", ["-x", archive, "tree"], in: work)
    guard let image = Files.names(in: "\(tree)/boot").first(where: { $0.hasPrefix("vmlinuz-") }) else {
      throw Complaint("\(package) holds no kernel")
    }
    let version = String(image.dropFirst("vmlinuz-".count))
    try KernelFetch.move("\(tree)/boot/\(image)", to: "\(work)/vmlinuz")
    try? KernelFetch.move("\(tree)/boot/config-\(version)", to: "\(work)/config")
    for place in ["\(tree)/lib/modules/\(version)", "\(tree)/usr/lib/modules/\(version)"]
    where Files.kind(of: place) == .directory {
      try KernelFetch.move(place, to: "\(work)/modules")
    }
    let revision = try await Tool.run("dpkg-deb", ["-f", "\(work)/\(archive)", "Version"])
    try await Tool.run("rm", ["-rf", "--", tree, "\(work)/\(archive)"])
    try Bytes.write(Array("\(version)\n".utf8), toFile: "\(work)/version")
    try Bytes.write(Array("\(package) \(revision)".utf8), toFile: "\(work)/package")
    if Files.kind(of: "\(work)/modules") == .directory, Files.program("depmod") != nil || Files.isExecutable("/sbin/depmod") {
      // In a fresh package there is no list of what needs what.
      _ = try? await Tool.run(Files.program("depmod") ?? "/sbin/depmod", KernelFetch.depmodWords(version, work))
      try await Tool.run("rm", ["-rf", "--", "\(work)/base"])
    }
    let isUnpacked = (try? await UnpackedKernel.make(from: "\(work)/vmlinuz", to: "\(work)/vmlinux")) != nil
    guard symlink(isUnpacked ? "vmlinux" : "vmlinuz", "\(work)/boot") == 0 else {
      throw Complaint("cannot make a link: \(Failure.text())")
    }
    return version
  }

  /// depmod wants lib/modules/VERSION below its base: a link makes it so for as long as it works.
  private static func depmodWords(_ version: String, _ work: String) -> [String] {
    let base = "\(work)/base"
    try? Files.makeDirectory("\(base)/lib/modules")
    symlink("\(work)/modules", "\(base)/lib/modules/\(version)")
    return ["-b", base, version]
  }

  private static func move(_ old: String, to new: String) throws(Complaint) {
    guard rename(old, new) == 0 else { throw Complaint("cannot move \(old): \(Failure.text())") }
  }
}
