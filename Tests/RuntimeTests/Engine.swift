import Foundation
import Glibc
import Testing

/// The container engine of these tests: podman over runc with a store of its own, gone when the tests end.
final class Engine: Sendable {
  static let package = URL(filePath: "../..", relativeTo: URL(filePath: #filePath).deletingLastPathComponent())
    .standardizedFileURL
  /// The program under test: SWINIT_BINARY, else the static product.
  static let swinit = URL(
    filePath: ProcessInfo.processInfo.environment["SWINIT_BINARY"] ?? "build/swinit", relativeTo: package
  ).path

  private static let made: Result<Engine, any Error> = Result { try Engine() }
  static var shared: Engine { get throws { try made.get() } }

  /// Why no container runs here; nil when one does.
  static let problem: String? = {
    guard geteuid() == 0 else { return "containers need root here" }
    for tool in ["podman", "runc", "busybox"] where which(tool) == nil { return "\(tool) is not installed" }
    do {
      let run = try shared.podman("run", "--rm", "plain", "true")
      return run.code == 0 ? nil : "podman runs no container here: \(run.err)"
    } catch {
      return "podman does not work here: \(error)"
    }
  }()

  /// Everything of these tests lies below it.
  let directory: String
  private nonisolated(unsafe) static var toRemove: UnsafeMutablePointer<CChar>?

  private init() throws {
    var template = Array("/var/tmp/swinit-runtime-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Trouble("mkdtemp: errno \(errno)") }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(directory, 0o755)
    let script = Self.package.appending(path: "scripts/podman").path
    Self.toRemove = strdup("PODMAN_STORE='\(directory)' '\(script)' remove-store")
    atexit { _ = system(Engine.toRemove) }

    let files = FileManager.default
    let scratch = "\(directory)/scratch", root = Self.package.appending(path: "rootfs").path
    try files.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    for name in try files.contentsOfDirectory(atPath: root) where !["README.md", "examples"].contains(name) {
      try files.copyItem(atPath: "\(root)/\(name)", toPath: "\(scratch)/\(name)")
    }
    try files.copyItem(atPath: Self.swinit, toPath: "\(scratch)/swinit")
    // As the Dockerfile makes it, and the same with busybox and no entrypoint, and with both.
    try importImage("swinit", scratch, "ENTRYPOINT [\"/swinit\", \"--\"]")
    let full = "\(directory)/full"
    try files.copyItem(atPath: scratch, toPath: full)
    try files.createDirectory(atPath: "\(full)/tmp", withIntermediateDirectories: true)
    try addBusybox(to: full)
    try importImage("plain", full)
    try importImage("entry", full, "ENTRYPOINT [\"/swinit\", \"--\"]")
  }

  func addBusybox(to root: String) throws {
    guard let busybox = which("busybox") else { throw Trouble("no busybox") }
    let files = FileManager.default
    try files.createDirectory(atPath: "\(root)/bin", withIntermediateDirectories: true)
    try files.copyItem(atPath: URL(filePath: busybox).resolvingSymlinksInPath().path, toPath: "\(root)/bin/busybox")
    for applet in try Program.run(["busybox", "--list"]).out.split(separator: "\n") where applet != "busybox" {
      try files.createSymbolicLink(atPath: "\(root)/bin/\(applet)", withDestinationPath: "busybox")
    }
  }

  func importImage(_ name: String, _ root: String, _ change: String = "ENV PATH=/bin") throws {
    let archive = "\(directory)/\(name).tar"
    let tar = try Program.run(["tar", "-C", root, "-cf", archive, "."])
    guard tar.code == 0 else { throw Trouble("tar: \(tar.err)") }
    let run = try podman("import", "-q", "--change", change, "--change", "ENV PATH=/bin", archive, name)
    guard run.code == 0 else { throw Trouble("podman import: \(run.err)") }
  }

  private var script: String { Self.package.appending(path: "scripts/podman").path }

  @discardableResult func podman(_ words: String..., env: [String: String] = [:]) throws -> Outcome {
    try Program.run([script] + words, env: env.merging(["PODMAN_STORE": directory]) { $1 })
  }

  /// `podman run --rm OPTIONS IMAGE WORDS`.
  func run(_ options: [String] = [], image: String = "entry", _ words: [String]) throws -> Outcome {
    try Program.run([script, "run", "--rm"] + options + [image] + words, env: ["PODMAN_STORE": directory])
  }

  func interactive(_ options: [String], image: String = "entry", _ words: [String]) throws -> Program {
    try Program([script, "run", "--rm"] + options + [image] + words, env: ["PODMAN_STORE": directory], tty: true)
  }

  /// A container in the background, after it has printed `sign`.
  func start(_ options: [String] = [], image: String = "entry", _ words: [String], sign: String = "ready") throws -> Container {
    let run = try Program.run([script, "run", "-d"] + options + [image] + words, env: ["PODMAN_STORE": directory])
    guard run.code == 0 else { throw Trouble("podman run -d: \(run.err)") }
    let container = Container(engine: self, id: run.out.trimmingCharacters(in: .whitespacesAndNewlines))
    try eventually("'\(sign)' from the container") { try container.log().contains(sign) }
    return container
  }
}

/// A container in the background, removed with this.
final class Container {
  let engine: Engine
  let id: String

  init(engine: Engine, id: String) {
    self.engine = engine
    self.id = id
  }

  deinit { _ = try? engine.podman("rm", "-f", "-t", "0", id) }

  /// stdout and stderr.
  func log() throws -> String {
    let run = try engine.podman("logs", id)
    return run.out + run.err
  }

  /// Waits for the end; the exit code.
  func end() throws -> Int32? {
    Int32(try engine.podman("wait", id).out.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}

func which(_ tool: String) -> String? {
  let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin"
  return (path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"])
    .map { "\($0)/\(tool)" }.first { access($0, X_OK) == 0 }
}

/// Real containers, one after the other.
@Suite(.serialized, .enabled(if: Engine.problem == nil, Comment(rawValue: Engine.problem ?? "")), .timeLimit(.minutes(10)))
struct RuntimeTests {}
