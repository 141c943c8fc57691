import Foundation
import TestSupport
import Testing

@testable import Boot
@testable import Sys

/// What a shutdown reads: mountinfo, /proc/swaps, who holds a mount.
@Suite struct SystemShutdownTests {
  private func info(_ line: String) -> [String]? {
    MountInfo(text(line)).map {
      [
        "\($0.identifier)", "\($0.device.major):\($0.device.minor)", $0.root.string, $0.target.string, $0.type.string,
        $0.source.string,
      ]
    }
  }

  @Test(
    arguments: [
      (
        "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue",
        ["36", "98:0", "/mnt1", "/mnt2", "ext3", "/dev/root"]
      ), ("1 0 0:2 / / rw - rootfs rootfs rw", ["1", "0:2", "/", "/", "rootfs", "rootfs"]),
      (
        "5 1 8:1 / /a\\040b rw shared:1 master:2 propagate_from:3 unbindable - ext4 /dev/x rw",
        ["5", "8:1", "/", "/a\\040b", "ext4", "/dev/x"]
      ),
      ("5 1 8:1 / /m rw - tmpfs  rw", ["5", "8:1", "/", "/m", "tmpfs", ""]),
      ("5 1 8:1 / /m rw - fuse.a b", ["5", "8:1", "/", "/m", "fuse.a", "b"]),
      ("5 1 0:4 net:[4026531840] /run/ns rw - nsfs nsfs rw", ["5", "0:4", "net:[4026531840]", "/run/ns", "nsfs", "nsfs"]),
      ("", nil), ("5", nil), ("5 1 8:1 / /m rw ext4 x y", nil), ("5 1 8 / /m rw - a b", nil), ("x 1 8:1 / /m rw - a b", nil),
      ("5 1 8:1 / m rw - a b", nil), (" 5 1 8:1 / /m rw - a b", nil), ("5 1 8:1 / /m rw - ext4", nil),
      ("5 1 9999:1 / /m rw - a b", nil),
    ] as [(String, [String]?)])
  func line(_ line: String, _ expected: [String]?) { #expect(info(line) == expected) }

  @Test(
    arguments: [
      ("/", "ext4", MountEnd.isMadeReadOnly), ("/", "tmpfs", .isLeft), ("/", "overlay", .isMadeReadOnly),
      ("/proc", "proc", .isLeft),
      ("/sys/fs/cgroup", "cgroup2", .isLeft), ("/run/user/1000", "tmpfs", .isLeft), ("/run/media/disk", "ext4", .isUnmounted),
      ("/srv/chroot/proc", "proc", .isUnmounted), ("/etc/machine-id", "tmpfs", .isUnmounted), ("/tmp", "tmpfs", .isUnmounted),
      ("/running", "tmpfs", .isUnmounted), ("/home", "nfs4", .isLetGo), ("/dev/shm", "tmpfs", .isLeft),
      ("/boot", "vfat", .isUnmounted),
      ("/devices", "devtmpfs", .isUnmounted), ("/dev/disk", "xfs", .isUnmounted), ("/mnt", "fuse.ntfs", .isUnmounted),
      ("/mnt", "btrfs", .isUnmounted), ("/proc/sys/fs/binfmt_misc", "autofs", .isLeft),
    ] as [(String, String, MountEnd)])
  func ends(_ target: String, _ type: String, _ end: MountEnd) throws {
    #expect(MountEnd(try #require(MountInfo(text("5 1 8:1 / \(target) rw - \(type) x rw")))) == end)
  }

  /// A file as the tail reads it: some bytes at a time.
  private func tail(_ bytes: [UInt8], _ capacity: Int, _ end: Int, _ step: Int) -> (lines: [String], first: Int) {
    var memory = [UInt8](repeating: 0xAA, count: capacity)
    var place = 0
    var lines: [String] = []
    let first = memory.withUnsafeMutableBytes { memory in
      let tail = MountTail(memory, before: end) { room in
        let count = min(step, room.count, bytes.count - place)
        room.copyBytes(from: bytes[place..<place + count])
        place += count
        return count
      }
      tail.forEachBackwards { lines.append($0.string) }
      return tail.first
    }
    return (lines, first)
  }

  /// All windows together: each line once, from the last to the first.
  private func sweep(_ lines: [String], _ capacity: Int, _ step: Int) -> [String] {
    let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
    var end = Int.max
    var all: [String] = []
    var rounds = 0
    while end > 0, rounds < 100_000 {
      let (some, first) = tail(bytes, capacity, end, step)
      all += some
      end = min(first, end - 1)
      rounds += 1
    }
    return all
  }

  @Test(arguments: [(64, 7), (64, 64), (100, 1), (4096, 4096), (32768, 4000)])
  func windows(_ capacity: Int, _ step: Int) {
    let lines = (0..<500).map { String(repeating: "x", count: $0 % 29) + "\($0)" }
    #expect(sweep(lines, capacity, step) == lines.reversed())
    #expect(sweep([], capacity, step) == [] && sweep(["a"], capacity, step) == ["a"])
  }

  @Test func thousandsOfMounts() {
    let lines = (0..<5000).map {
      "\($0 + 30) 28 254:1 /d\($0) /srv/containers/\($0)/root\\040fs rw,relatime shared:\($0) - ext4 /dev/vda1 rw"
    }
    #expect(sweep(lines, 32768, 4096) == lines.reversed())
  }

  /// A line that does not fit is cut and is not taken for another; those around it are.
  @Test func longLines() {
    let long = "7 1 8:1 / /" + String(repeating: "5 1 8:1 / /evil rw - a b ", count: 20)
    let lines = ["1 1 8:1 / /a rw - x y", long, "2 1 8:1 / /b rw - x y", "3 1 8:1 / /c rw - x y"]
    for capacity in 40...70 {
      for step in [5, 200] {
        let mounts = sweep(lines, capacity, step).compactMap { MountInfo(text($0))?.target.string }
        #expect(mounts == ["/c", "/b", "/a"], "\(capacity) \(step)")
      }
    }
  }

  @Test func windowsOfAnything() {
    var random = SplitMix(seed: 5)
    for _ in 0..<2000 {
      let lines = (0..<Int.random(in: 0...30, using: &random)).map { _ in
        String(repeating: "y", count: Int.random(in: 0...20, using: &random))
      }
      let (capacity, step) = (Int.random(in: 24...80, using: &random), Int.random(in: 1...90, using: &random))
      #expect(sweep(lines, capacity, step) == lines.reversed())
    }
  }

  @Test func swaps() {
    let file = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/vdb                                partition\t1\t0\t-2\n"
    let areas = (file + "/a\\040b\\040(deleted)  file\t1\t0\t-3\n\nbroken\n/x").split(separator: "\n").compactMap {
      ShutdownStorage.swapArea(text(String($0)))?.string
    }
    #expect(areas == ["/dev/vdb", "/a\\040b\\040(deleted)"])
  }

  @Test func paths() {
    func decoded(_ escaped: String) -> String? {
      var result: String?
      ShutdownMounts.withPath(text(escaped)) { result = $0.string }
      return result
    }
    #expect(decoded("/a\\040b\\134c\\012") == "/a b\\c\n" && decoded("/") == "/" && decoded("/a\\04") == "/a\\04")
    #expect(decoded("/" + String(repeating: "a", count: 4094))?.count == 4095)
    #expect(decoded("/" + String(repeating: "a", count: 4095)) == nil)
    #expect(decoded("/" + String(repeating: "\\040", count: 4094))?.count == 4095)
  }

  @Test func linesOfAFile() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "lines-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let lines = [
      "a", "", String(repeating: "b", count: 4095), String(repeating: "c", count: 4096), String(repeating: "d", count: 9000), "e",
    ]
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    var found: [Int] = []
    try FileDescriptor(opening: word(file.path), .read).forEachLine { found.append($0.count) }
    #expect(found == [1, 0, 4095, 4096, 4096, 1])
  }

  @Test(
    arguments: [
      ("7f00-7fff r-xp 00000000 fe:01 1234                       /lib/libc.so", 0xFE, 1),
      ("7f00-7fff rw-s 00000000 00:2a 9 /dev/zero (deleted)", 0, 0x2A), ("7f00-7fff rw-p 00000000 00:00 0 ", nil, nil),
      ("7f00-7fff rw-p 00000000 103:fffff 5", 0x103, 0xFFFFF), ("7f00-7fff rw-p 0 fe01 5 /x", nil, nil), ("", nil, nil),
      ("7f00-7fff rw-p 00000000 fe:xx 5", nil, nil), ("7f00-7fff rw-p 00000000 fe:01", nil, nil),
    ] as [(String, UInt32?, UInt32?)])
  func mappings(_ line: String, _ major: UInt32?, _ minor: UInt32?) {
    let device = ProcessFiles.device(ofMapping: text(line))
    #expect(device?.major == major && device?.minor == minor)
  }

  /// dev_t as makedev(3) of glibc made it.
  @Test(
    arguments: [(0xFE01, 254, 1), (0xFFF103FF, 259, 1048575), (0x2A, 0, 42), (0x123FFF45, 4095, 74565)]
      as [(UInt64, UInt32, UInt32)])
  func deviceNumbers(_ device: UInt64, _ major: UInt32, _ minor: UInt32) {
    #expect(DeviceNode.parts(of: device) == (major, minor))
  }

  /// This process has its directory somewhere; a device that is nobody's is held by nobody.
  @Test func holders() throws {
    let parts = DeviceNode.parts(of: try FileStatus(of: "/proc/self/cwd").device)
    #expect(ProcessFiles.use(of: .current) { $0 == parts } == .workingDirectory)
    #expect(ProcessFiles.use(of: .current) { _ in false } == nil)
    #expect(ProcessFiles.use(of: ProcessID(0)) { _ in true } == nil)
    let some = MountHolders { $0 == DeviceNumber(major: parts.major, minor: parts.minor) }.message.string
    #expect(some.hasPrefix("; held by ") && some.contains("(working directory)"))
    let none = MountHolders { _ in false }.message.string
    #expect(none == "; no process holds it: a mount, a swap file or a loop device on it does")
  }

  /// Pipes have a file system of their own, in which nobody can be but by an open file.
  @Test func openFiles() throws {
    let pipe = Pipe()
    let parts = DeviceNode.parts(of: try FileStatus(of: word("/proc/self/fd/\(pipe.fileHandleForReading.fileDescriptor)")).device)
    #expect(ProcessFiles.use(of: .current) { $0 == parts } == .file)
  }

  /// Free swap is taken off what there is of it.
  @Test(
    arguments: [
      ("Dirty:               152 kB", 152), ("Writeback:             8 kB", 8), ("SwapTotal:       1048572 kB", 1_048_572),
      ("SwapFree:        1000000 kB", -1_000_000), ("WritebackTmp:          7 kB", 0), ("MemTotal:        100 kB", 0), ("", 0),
      ("Dirty:", 0), ("Dirty: x kB", 0),
    ])
  func backlog(_ line: String, _ expected: Int) { #expect(Backlog.part(text(line)) == expected) }
}
