import Foundation

/// What a report names besides the figures.
enum ReportParts {
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

    /// Asks the program itself for its version, in `words`.
    init(name: String, path: String, _ words: [String] = ["--version"]) throws(BenchError) {
      self.name = name
      self.path = path
      version = String(try Tool(path: path).run(words).output.split(separator: "\n").first ?? "")
    }
  }

  /// A figure that could not be measured.
  struct Skipped: Encodable {
    let figure: String
    let reason: String
  }
}
