import TestSupport
import Testing

@testable import Boot
@testable import Sys
@testable import swinit

@Suite struct NativeParserTests {
  @Test(
    arguments: [
      (["sh"], ["sh"]), (["sh", "-c", "x"], ["sh", "-c", "x"]), (["--", "-x"], ["-x"]), (["-v", "ps", "-h"], ["ps", "-h"]),
      (["--", "--", "a"], ["--", "a"]),
      (["-"], ["-"]), (["", "a"], ["", "a"]), (["--report", "true", "--report"], ["true", "--report"]), ([], nil), (["--"], nil),
      (["-v"], nil),
      (["bash", "--version"], ["bash", "--version"]), (["xh"], ["xh"]), (["xV"], ["xV"]), (["xv"], ["xv"]),
    ] as [([String], [String]?)])
  func command(_ words: [String], _ command: [String]?) {
    let parsed = Parsed(["swinit"] + words)
    #expect(parsed.said == "run")
    #expect(parsed.command == command)
  }

  @Test func noArgumentVector() { #expect(Parsed([]).said == "run") }

  @Test(
    arguments: [
      (["-h"], "help"), (["--help"], "help"), (["-v", "--help", "--bad"], "help"), (["-V"], "output swinit \(version)\n"),
      (["--version", "x"], "output swinit \(version)\n"),
    ] as [([String], String)])
  func asked(_ words: [String], _ said: String) { #expect(Parsed(["swinit"] + words).said == said) }

  @Test func helpIsGivenWhateverVariablesHold() { #expect(Parsed(["swinit", "--help"], ["SWINIT_GRACE=bad"]).said == "help") }

  /// Both forms of an option and its variable mean the same.
  @Test(
    arguments: [
      ("rewrite", "TERM:QUIT"), ("signal-target", "child"), ("exit-map", "143:0"), ("drain", "3s"), ("kill-after", "4s"),
      ("grace", "infinity"), ("user", "app:x"),
      ("chdir", "/tmp"), ("env", "A=b=c"), ("console", "/dev/tty1"), ("cmdline", "init=/x a"), ("pdeathsig", "RTMIN+1"),
      ("pre", "a 'b c'"), ("post", "d"),
    ] as [(String, String)])
  func everyValue(_ name: String, _ value: String) {
    let variable = "SWINIT_" + (name == "cmdline" ? "CMDLINE" : name.uppercased().replacing("-", with: "_"))
    let forms = [
      Parsed(["swinit", "--\(name)", value, "x"]), Parsed(["swinit", "--\(name)=\(value)", "x"]),
      Parsed(["swinit", "x"], ["\(variable)=\(value)"]),
    ]
    for parsed in forms {
      #expect(parsed.said == "run" && parsed.command == ["x"], "\(parsed.said)")
      #expect(summary(parsed) != summary(Parsed(["swinit", "x"])), "it changes something")
      #expect(summary(parsed) == summary(forms[0]))
    }
    #expect(summary(Parsed(["swinit", "x"], ["\(variable)="])) == summary(Parsed(["swinit", "x"])), "an empty variable is none")
  }

  private func summary(_ parsed: Parsed) -> String {
    let it = parsed.configuration
    var parts = [
      "\(it.signalTarget) \(it.policy.drain.milliseconds) \(it.policy.grace?.milliseconds ?? -1) \(it.policy.killAfter?.milliseconds ?? -1)"
    ]
    parts += ["\(it.exitMap[143]) \(parsed.forwarded(15) ?? 0) \(it.parentDeathSignal?.rawValue ?? 0)"]
    parts += [it.user, it.directory, it.console, it.commandLine].map { $0?.string ?? "-" } + it.variables.map(\.string)
    parts += (it.preHooks + [nil] + it.postHooks).map { $0.map { "\($0.words.map(\.string))" } ?? "|" }
    return parts.joined(separator: " ")
  }

  @Test func defaults() {
    #expect(summary(Parsed(["swinit"])) == "group 0 5000 -1 143 15 0 - - - - |")
    #expect(Parsed(["swinit"]).configuration.log.threshold == .warning)
    #expect(Parsed(["swinit"]).configuration.report == .none)
  }

  @Test func optionsWinOverVariables() {
    let environment = [
      "SWINIT_GRACE=1s", "SWINIT_SIGNAL_TARGET=child", "SWINIT_REWRITE=TERM:INT,HUP:0", "SWINIT_USER=a", "SWINIT_ENV=A=1\n\nB=2",
    ]
    let parsed = Parsed(
      ["swinit", "--grace=2s", "--signal-target=group", "--rewrite=TERM:QUIT", "--user=b", "--env=A=3", "x"], environment)
    #expect(parsed.configuration.policy.grace == .seconds(2))
    #expect(parsed.configuration.signalTarget == .group)
    #expect(parsed.forwarded(15) == 3 && parsed.forwarded(1) == nil, "a rewrite of another signal stays")
    #expect(parsed.configuration.user?.string == "b")
    #expect(parsed.configuration.variables.map(\.string) == ["A=1", "B=2", "A=3"], "the last one wins")
  }

  @Test func theLastOfTwoWins() {
    #expect(Parsed(["swinit", "--grace=1", "--grace=0", "x"]).configuration.policy.grace == .zero)
  }

  @Test func hooksAreKeptInOrder() {
    let hooks = Parsed(["swinit", "--pre", "a", "--pre", "b c", "x"]).configuration.preHooks
    #expect(hooks.map { $0.words.map(\.string) } == [["a"], ["b", "c"]])
  }

  @Test(
    arguments: [
      ("1", true), ("true", true), ("YES", true), ("On", true), ("0", false), ("false", false), ("No", false), ("OFF", false),
      ("", false),
    ] as [(String, Bool)])
  func booleans(_ value: String, _ isOn: Bool) {
    let parsed = Parsed(["swinit", "x"], ["SWINIT_REPORT=\(value)", "SWINIT_VERBOSE=\(value)"])
    #expect(parsed.configuration.report == (isOn ? .line : .none))
    #expect(parsed.configuration.log.threshold == (isOn ? .info : .warning))
  }

  @Test(arguments: [(["-v"], 2), (["--verbose", "-v"], 3), (["-v", "-v", "-v"], 3)] as [([String], Int)])
  func verbosity(_ words: [String], _ level: Int) {
    #expect(Parsed(["swinit"] + words).configuration.log.threshold.rawValue == level)
  }

  @Test func theCommandDoesNotSeeItsVariables() {
    let all = NativeOption.allCases.compactMap { $0.description.variable.map { Text($0).string + "=x" } }
    #expect(all.count == 19)
    let rest = NativeParser.withoutVariables(
      Environment(vector(["A=1"] + all + ["SWINIT_GRACE=again", "SWINIT_OTHER=2", "SWINIT_GRACEFUL=3"])))
    #expect(strings(rest.vector()) == ["A=1", "SWINIT_OTHER=2", "SWINIT_GRACEFUL=3"])
  }
}

let version = Text(Version.text).string
