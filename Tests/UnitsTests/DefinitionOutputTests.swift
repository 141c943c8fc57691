import TestSupport
import Testing

@testable import Sys
@testable import Units

/// Where output goes, and the keys of limits beside.
@Suite struct DefinitionOutputTests {
  /// What is wrong with the last of these lines.
  private func set(_ definition: inout Definition, _ lines: [String]) -> String? {
    var message: String?
    for line in lines {
      let (key, value) = text(line).cut(at: 0x3D) ?? (text(line), text(""))
      message = definition.set(.service, key, value)?.string
    }
    return message
  }

  @Test(
    arguments: [
      ("lines", .lines, nil), ("journal", .lines, nil), ("json", .json, nil), ("inherit", .inherited, nil), ("null", .null, nil),
      ("append:/var/log/a b", .file, "/var/log/a b"), ("file:/x:y", .file, "/x:y"),
      ("append:/" + String(repeating: "x", count: 3999), .file, "/" + String(repeating: "x", count: 3999)),
    ] as [(String, Definition.Output, String?)])
  func output(_ value: String, _ output: Definition.Output, _ path: String?) {
    var definition = Definition()
    #expect(set(&definition, ["StandardOutput=append:/other", "StandardOutput=\(value)"]) == nil)
    #expect(definition.output == output)
    #expect(definition.outputPath?.string == path)
    // Standard error goes along, whether that is said or not.
    #expect(set(&definition, ["StandardError=inherit"]) == nil)
    #expect(set(&definition, ["StandardError=\(value)"]) == nil)
    #expect(set(&definition, ["StandardError=append:/another"])?.contains("expected inherit") == true)
    #expect(definition.output == output && definition.outputPath?.string == path)
  }

  @Test(arguments: [
    "", "file", "append:", "append:x", "append:/", "append:/x/", "truncate:/x", "append:/" + String(repeating: "x", count: 4000),
  ]) func badOutput(_ value: String) {
    var definition = Definition()
    #expect(set(&definition, ["StandardOutput=\(value)"])?.contains("append:/PATH") == true)
    #expect(definition.output == .lines && definition.outputPath == nil)
  }

  @Test(
    arguments: [
      ("LogSize=8K", 8192), ("LogSize=8192", 8192), ("LogSize=1G", 1 << 30), ("LogSize=infinity", nil), ("LogSize=8191", -1),
      ("LogSize=", -1),
      ("LogFiles=0", 0), ("LogFiles=100", 100), ("LogFiles=101", -1), ("LogFiles=", -1), ("CPUQuota=1%", 1000),
      ("CPUQuota=250%", 250_000),
      ("CPUQuota=1000000%", 1_000_000_000), ("CPUQuota=1000001%", -1), ("CPUQuota=0%", -1), ("CPUQuota=%", -1),
      ("CPUQuota=5", -1),
      ("CPUQuota=", nil), ("MemoryHigh=1M", 1 << 20), ("MemoryHigh=infinity", nil), ("MemoryHigh=x", -1),
    ] as [(String, Int?)])
  func numbers(_ line: String, _ expected: Int?) {
    var definition = Definition()
    let message = set(&definition, ["LogSize=9K", "LogFiles=9", "CPUQuota=9%", "MemoryHigh=9", line])
    let found: UInt64? =
      switch line.prefix(4) {
      case "LogS": definition.logSize
      case "LogF": definition.logFiles
      case "CPUQ": definition.processorQuota
      default: definition.memoryHigh
      }
    #expect((message == nil) == (expected != -1), "\(message ?? "")")
    if expected != -1 {
      #expect(found == expected.map { UInt64($0) })
    } else {
      #expect(message?.hasPrefix("bad value '") == true)
    }
  }
}
