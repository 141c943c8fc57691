import Foundation
import Testing

extension SwvmMachines {
  /// What `/` is, and the directories that are shared.
  @Suite struct RootTests {
    /// The host's own files are seen, and stay as they are.
    @Test func hostIsOverlaid() throws {
      let place = try Tool.directory()
      try Data("host".utf8).write(to: URL(filePath: "\(place)/file"))
      let result = try Tool.shell(
        "cat \(place)/file; echo guest > \(place)/file; cat \(place)/file; touch \(place)/new /etc/swvm-was-here")
      #expect(result.text == "hostguest\n", "\(result)")
      #expect(result.code == 0, "\(result)")
      #expect(try String(contentsOfFile: "\(place)/file", encoding: .utf8) == "host")
      #expect(!FileManager.default.fileExists(atPath: "\(place)/new"))
      #expect(!FileManager.default.fileExists(atPath: "/etc/swvm-was-here"))
    }

    @Test func mountReadWrite() throws {
      let place = try Tool.directory()
      let result = try Tool.shell("echo made > /srv/x/file", ["--mount", "\(place):/srv/x"])
      #expect(result.code == 0, "\(result)")
      #expect(try String(contentsOfFile: "\(place)/file", encoding: .utf8) == "made\n")
    }

    @Test func mountReadOnly() throws {
      let place = try Tool.directory()
      try Data("seen".utf8).write(to: URL(filePath: "\(place)/file"))
      let result = try Tool.shell("cat /srv/x/file; echo made > /srv/x/file", ["--mount", "\(place):/srv/x:ro"])
      #expect(result.code != 0 && result.text == "seen", "\(result)")
      #expect(result.errorText.contains("Read-only"), "\(result)")
      #expect(try String(contentsOfFile: "\(place)/file", encoding: .utf8) == "seen")
    }

    private func busyboxRoot() throws -> String {
      let root = try Tool.directory()
      for name in ["bin", "dev", "proc", "sys", "run", "tmp"] {
        try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
      }
      try FileManager.default.copyItem(atPath: "/usr/bin/busybox", toPath: "\(root)/bin/busybox")
      for name in ["sh", "cat", "touch", "true"] {
        try FileManager.default.createSymbolicLink(atPath: "\(root)/bin/\(name)", withDestinationPath: "busybox")
      }
      try Data("of the root".utf8).write(to: URL(filePath: "\(root)/mark"))
      return root
    }

    private func image(_ root: String) throws -> String {
      let image = Tool.fresh("image")
      let process = Process()
      process.executableURL = URL(filePath: "\(Tool.package)/scripts/disk-image")
      process.arguments = [image, "type=ext4,size=32M,from=\(root)"]
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw Trouble("scripts/disk-image: \(process.terminationStatus)") }
      return image
    }

    @Test(arguments: ["directory", "image"]) func otherRoot(_ kind: String) throws {
      let directory = try busyboxRoot()
      let root = kind == "image" ? try image(directory) : directory
      let readOnly = try Tool.shell("cat /mark; touch /new", ["--rootfs", root])
      #expect(readOnly.text == "of the root" && readOnly.code != 0, "\(readOnly)")
      let overlaid = try Tool.shell("touch /new && cat /mark", ["--rootfs", root, "--overlay"])
      #expect(overlaid.text == "of the root" && overlaid.code == 0, "\(overlaid)")
      let written = try Tool.shell("touch /new", ["--rootfs", root, "--rw"])
      #expect(written.code == 0, "\(written)")
      let after = try Tool.shell("test -e /new", ["--rootfs", root])
      #expect(after.code == 0, "\(after)")
      if kind == "directory" { #expect(FileManager.default.fileExists(atPath: "\(root)/new")) }
    }

    @Test func rootWithoutTheCommand() throws {
      let result = try Tool.run(["--rootfs", try busyboxRoot()], ["make"])
      #expect(result.code == 127, "\(result)")
      #expect(result.errorText.contains("'make'"), "\(result)")
    }

    /// swvm initramfs's own archive, unpacked by the kernel.
    @Test func archiveAsRoot() throws {
      let archive = Tool.fresh("archive")
      let made = try Tool.swvm(["initramfs", "-o", archive, "--add", "\(try busyboxRoot()):/"])
      #expect(made.code == 0, "\(made)")
      let result = try Tool.shell("cat /mark; touch /new; exit 5", ["--rootfs", archive])
      #expect(result.text == "of the root" && result.code == 5, "\(result)")
    }

    /// A build over a directory of the host's: what swvm is for.
    @Test func build() throws {
      let place = try Tool.directory()
      try Data("#include <stdio.h>\nint main(void) { return puts(\"built\") < 0; }\n".utf8).write(
        to: URL(filePath: "\(place)/a.c"))
      try Data("test: a\n\t./a > result\n".utf8).write(to: URL(filePath: "\(place)/Makefile"))
      let result = try Tool.run(["--mount", "\(place)", "--chdir", place], ["make", "test"])
      #expect(result.code == 0, "\(result)")
      #expect(try String(contentsOfFile: "\(place)/result", encoding: .utf8) == "built\n", "\(result)")
    }
  }
}
