import Sys
import TestSupport
import Testing

@testable import Boot

/// machine-id(5), the random seed, the clock.
@Suite struct SystemStateTests {
  private let digits = "0123456789abcdef0123456789abcdef"

  private func id(_ string: String) -> String? { MachineID(text(string)).map { String(decoding: $0.digits, as: UTF8.self) } }

  @Test func machineIDs() {
    #expect(id(digits) == digits && id(digits + "\n") == digits && id(digits.uppercased() + " \r\n") == digits)
    #expect(id("01234567-89AB-cdef-0123-456789abcdef\n") == digits)
    for bad in [
      "", "\n", "uninitialized\n", String(digits.dropLast()), digits + "0", String(repeating: "0", count: 32),
      String(repeating: "F", count: 32), "00000000-0000-0000-0000-000000000000", "0123456-789ab-cdef-0123-456789abcdef",
      "0123456789abcdef0123456789abcdeg", digits + " x", " \n" + digits, "01234567-89ab-cdef-0123-456789abcde",
      "01234567-89ab-cdef01-23-456789abcdef", "-\(digits)---", "Not Settable", "0123456789abcdef 0123456789abcdef",
    ] { #expect(id(bad) == nil, "\(bad)") }
  }

  @Test func randomMachineIDs() {
    #expect(
      String(decoding: MachineID(random: [UInt8](repeating: 0, count: 16)).digits, as: UTF8.self)
        == "00000000000040008000000000000000")
    #expect(
      String(decoding: MachineID(random: [UInt8](repeating: 255, count: 16)).digits, as: UTF8.self)
        == "ffffffffffff4fffbfffffffffffffff")
    #expect(MachineID(random: []).digits.count == 32)
  }

  private func choose(_ parameter: String?, _ dbus: String, _ product: String, _ isVirtual: Bool) -> (String?, String?) {
    let sources = MachineID.Sources(
      parameter: parameter.map { text($0) }, dbus: text(dbus), product: text(product), isVirtual: isVirtual)
    let (id, mistake) = MachineID.choose(sources)
    return (id.map { String(decoding: $0.digits.prefix(1), as: UTF8.self) }, mistake?.word.string)
  }

  @Test func machineIDSources() {
    let (a, b, c) = ("a" + digits.dropFirst(), "b" + digits.dropFirst(), "c" + digits.dropFirst())
    #expect(choose(a, b, c, true) == ("a", nil))
    #expect(choose(nil, b, c, true) == ("b", nil))
    #expect(choose(nil, "", c, true) == ("c", nil))
    #expect(choose(nil, "", c, false) == (nil, nil))
    #expect(choose("firmware", "", c, false) == ("c", nil))
    #expect(choose("nonsense", "broken", c, true) == ("c", "nonsense"))
    #expect(choose("", "", "Not Settable", true) == (nil, ""))
  }

  @Test func virtualMachines() {
    let guest = text("processor\t: 0\nflags\t\t: fpu sse hypervisor lahf_lm\nbugs\t:\n\nprocessor\t: 1\nflags\t\t: fpu\n")
    let host = text(
      "processor\t: 0\nflags\t\t: fpu nohypervisor\nmodel name\t: hypervisor x\nprocessor\t: 1\nflags\t: hypervisor\n")
    #expect(MachineID.isVirtual(processors: guest, vendor: text("")))
    #expect(!MachineID.isVirtual(processors: host, vendor: text("Dell Inc.\n")))
    #expect(
      MachineID.isVirtual(processors: text(""), vendor: text("QEMU\n"))
        && !MachineID.isVirtual(processors: text(""), vendor: text("")))
  }

  @Test func seeds() {
    #expect(RandomSeed.mayCredit(RandomSeed.kept(.ready)) && !RandomSeed.mayCredit(RandomSeed.kept(.early)))
    #expect(!RandomSeed.mayCredit(0) && !RandomSeed.mayCredit(32))
    var seed: [UInt8] = [1, 2, 3, 4]
    seed.withUnsafeMutableBytes { seed in [UInt8]([0xFF, 2, 0]).withUnsafeBytes { RandomSeed.stir($0, into: seed) } }
    #expect(seed == [0xFE, 0, 3, 4])
    [UInt8](repeating: 0xF0, count: 9).withUnsafeBytes { old in seed.withUnsafeMutableBytes { RandomSeed.stir(old, into: $0) } }
    #expect(seed == [0x0E, 0xF0, 0xF3, 0xF4])
    seed.withUnsafeMutableBytes { RandomSeed.stir(UnsafeRawBufferPointer(start: nil, count: 0), into: $0) }
    #expect(seed == [0x0E, 0xF0, 0xF3, 0xF4])
  }

  /// Of a running kernel the generator is ready.
  @Test func randomBytes() throws {
    var bytes = [UInt8](repeating: 0, count: 2000)
    let quality = try bytes.withUnsafeMutableBytes { try Random.fill($0) }
    #expect(quality == .ready && Set(bytes).count > 100)
  }

  @Test(
    arguments: [
      ("0.0 0 0.0\n0\nLOCAL\n", true), ("0.0 0 0.0\n0\nUTC\n", false), ("", false), ("LOCAL", false), ("\n\nLOCAL", true),
      ("\n\n LOCAL \r\n", true), ("\n\nLOCALE\n", false), ("\nLOCAL\nUTC\n", false), ("\n\nUTC\nLOCAL\n", false),
    ] as [(String, Bool)])
  func adjtime(_ file: String, _ isLocal: Bool) {
    #expect((SystemClock.HardwareTime(adjtime: text(file)) == .local) == isLocal)
  }

  @Test func floors() {
    #expect(SystemClock.floor(100, []) == nil && SystemClock.floor(100, [99, 100]) == nil)
    #expect(SystemClock.floor(100, [101]) == 101 && SystemClock.floor(0, [5, 50, 7]) == 50)
    #expect(SystemClock.floor(-5, [0]) == 0)
    // A file from a time that has not come yet is no reason to go there.
    #expect(SystemClock.floor(100, [SystemClock.latest, .max]) == nil && SystemClock.floor(100, [.max, 200, .min]) == 200)
  }
}
