import Foundation

/// Everything that a run has found, as it goes to the JSON file.
struct Report<Extent: Encodable>: Encodable {
  let form = 1
  let date: String
  let machine = ReportParts.Machine()
  let programs: [ReportParts.Program]
  let extent: Extent
  var figures: [Row] = []
  var skipped: [ReportParts.Skipped] = []

  /// An empty report on these programs.
  init(_ programs: [ReportParts.Program], _ extent: Extent) {
    date = Date().ISO8601Format()
    self.extent = extent
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
