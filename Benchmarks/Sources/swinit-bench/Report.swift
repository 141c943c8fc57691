import Foundation

/// Everything that a run has found, as it goes to the JSON file.
struct Report: Encodable {
  /// The machine that it ran on.
  struct Machine: Encodable {
    let kernel: String
    let processor: String
    let processors: Int

    init() {
      var name = utsname()
      uname(&name)
      kernel = withUnsafeBytes(of: &name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      let text = (try? Files.text("/proc/cpuinfo")) ?? ""
      let model = text.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
      processor = model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
      processors = ProcessInfo.processInfo.activeProcessorCount
    }
  }

  /// A program that was measured.
  struct Program: Encodable {
    let name: String
    let path: String
    let version: String
  }

  /// A figure that could not be measured.
  struct Skipped: Encodable {
    let figure: String
    let reason: String
  }

  let form = 1
  let date: String
  let machine = Machine()
  let programs: [Program]
  let extent: Laboratory.Extent
  var figures: [Row] = []
  var skipped: [Skipped] = []

  /// An empty report on these subjects.
  init(_ subjects: [Subject], _ extent: Laboratory.Extent) throws(BenchError) {
    date = Date().ISO8601Format()
    self.extent = extent
    var programs: [Program] = []
    for subject in subjects {
      guard let path = subject.path else { continue }
      let version = try Tool(path: path).run(["--version"]).output.split(separator: "\n").first ?? ""
      programs.append(Program(name: subject.name, path: path, version: String(version)))
    }
    self.programs = programs
  }

  /// Writes it as JSON.
  func write(to path: String) throws(BenchError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
      try encoder.encode(self).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch { throw .unavailable(reason: "\(path): \(error)") }
  }
}
