import TestSupport
import Testing

@testable import Boot
@testable import Sys

/// CONFIG_INIT_ENV_ARG_LIMIT: 32 arguments and 31 variables beside HOME and TERM fit.
@Suite struct KernelCommandLineLimitTests {
  private func words(_ count: Int, _ form: (Int) -> String) -> String { (0..<count).map(form).joined(separator: " ") }
  private func arguments(_ count: Int) -> String { words(count) { "a\($0)" } }
  private func variables(_ count: Int) -> String { words(count) { "v\($0)=x" } }

  @Test(arguments: ["", "-- "]) func arguments(_ prefix: String) {
    let fits = KernelCommandLine(text(prefix + arguments(32)))
    #expect(fits.arguments.count == 32 && fits.overflow == nil)
    let over = KernelCommandLine(text(prefix + arguments(34)))
    #expect(over.overflow?.message.string == "Too many boot init vars at `a32'", "the first one that is too many")
  }

  @Test func argumentsOnBothSidesOfTheDashes() {
    #expect(KernelCommandLine(text(arguments(20) + " -- " + arguments(12))).overflow == nil)
    #expect(
      KernelCommandLine(text(arguments(20) + " -- " + arguments(12) + " k=v")).overflow?.message.string
        == "Too many boot init vars at `k=v'")
  }

  @Test(arguments: ["", "HOME=/x ", "HOME=/x TERM=y "]) func variables(_ preset: String) {
    #expect(KernelCommandLine(text(preset + variables(31))).overflow == nil)
    #expect(KernelCommandLine(text(preset + variables(32))).overflow?.message.string == "Too many boot env vars at `v31=x'")
    #expect(KernelCommandLine(text(variables(31) + " " + preset)).overflow == nil)
  }

  @Test func aReplacedVariableTakesNoPlace() {
    #expect(KernelCommandLine(text(variables(31) + " v0=y v29=z")).overflow == nil)
  }

  @Test func initForgetsArguments() {
    let line = KernelCommandLine(text(arguments(31) + " init=/x " + arguments(31)))
    #expect(line.arguments.count == 31 && line.overflow == nil)
  }

  /// Quirks of the kernel, seen: the very last slot is neither cleared by init= nor replaced.
  @Test func theLastSlot() {
    #expect(KernelCommandLine(text(variables(31) + " v30=y")).overflow?.message.string == "Too many boot env vars at `v30=y'")
    let reappears = KernelCommandLine(text(arguments(32) + " init=/x " + words(31) { "b\($0)" }))
    #expect(reappears.arguments.map(string).last == "a31")
    #expect(
      KernelCommandLine(text(arguments(32) + " init=/x " + words(32) { "b\($0)" })).overflow?.message.string
        == "Too many boot init vars at `b31'")
  }
}
