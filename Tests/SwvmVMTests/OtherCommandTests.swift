import Foundation
import FoundationXML
import Testing

extension SwvmMachines {
  /// report, plot, initramfs, doctor.
  @Suite struct OtherCommandTests {
    @Test func report() throws {
      let path = Tool.fresh("report")
      let result = try Tool.run(["--report", "json:\(path)"], ["sh", "-c", "exit 3"])
      #expect(result.code == 3, "\(result)")
      let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any]
      #expect(json?["exit"] as? Int == 3)
      let phases = json?["ms"] as? [String: Double] ?? [:]
      for name in ["swvm", "qemu", "kernel", "modules", "root", "streams", "command", "end", "total"] {
        #expect(phases[name] != nil, "\(name) in \(phases)")
      }
      #expect((phases["kernel"] ?? 0) > 1 && (phases["total"] ?? 0) > (phases["kernel"] ?? 0), "\(phases)")
    }

    @Test func plot() throws {
      let path = Tool.fresh("chart.svg")
      let result = try Tool.swvm(["plot", "--kernel", Tool.kernel, "-o", path, "--", "true"])
      #expect(result.code == 0, "\(result)")
      let chart = try String(contentsOfFile: path, encoding: .utf8)
      for part in ["<svg", "</svg>", ">device<", ">late<", ">modules<", ">swinit<", "virtio_fs_init"] {
        #expect(chart.contains(part), "\(part) in \(chart.prefix(500))")
      }
      #expect(XMLParser(data: Data(chart.utf8)).parse())
    }

    @Test func sameArchiveTwice() throws {
      let words = ["initramfs", "--kernel", Tool.kernel, "--module", "virtiofs", "--add", "/etc/hostname", "-o", "-"]
      let first = try Tool.swvm(words)
      let second = try Tool.swvm(words)
      #expect(first.code == 0 && first.output == second.output && first.output.count > 100_000, "\(first.errorText)")
    }

    @Test func doctor() throws {
      let result = try Tool.swvm(["doctor", "--kernel", Tool.kernel])
      #expect(result.code == 0, "\(result)")
      for part in ["QEMU emulator", "kernel", "virtiofs", "swinit"] { #expect(result.text.contains(part), "\(result)") }
      let ill = try Tool.swvm(["doctor", "--kernel", "/no/such"])
      #expect(ill.code == 1 && ill.text.contains("missing"), "\(ill)")
    }

    @Test func verbose() throws {
      let result = try Tool.run(["-v"], ["true"])
      #expect(result.errorLines.first?.contains("microvm") == true, "\(result)")
    }
  }
}
