import TestSupport
import Testing

@testable import Boot
@testable import Sys
@testable import swinit

/// Mistakes: one line that names the word, exit 2.
@Suite struct NativeUsageTests {
  private static let time = "expected a time such as 5s, 500ms, 2m or infinity"

  @Test(
    arguments: [
      (["--frob"], "unknown option '--frob'; see 'swinit --help'"), (["-x"], "unknown option '-x'; see 'swinit --help'"),
      (["-vv"], "unknown option '-vv'; see 'swinit --help'"),
      (["--graceful=1"], "unknown option '--graceful=1'; see 'swinit --help'"),
      (["--a\nb"], "unknown option '--a\\x0ab'; see 'swinit --help'"),
      (["--grac"], "unknown option '--grac'; see 'swinit --help'"),
      (["--grace"], "--grace needs a value: a time such as 5s, 500ms, 2m or infinity"),
      (["--user"], "--user needs a value: a user of /etc/passwd or a number"),
      (["--grace", "abc"], "bad value 'abc' for --grace: \(time)"), (["--grace="], "bad value '' for --grace: \(time)"),
      (["--kill-after", "-1"], "bad value '-1' for --kill-after: \(time)"),
      (["--grace", "--", "true"], "bad value '--' for --grace: \(time)"),
      (["--drain", "infinity"], "bad value 'infinity' for --drain: expected a time that ends, such as 5s"),
      (["--verbose=1"], "--verbose takes no value, but '--verbose=1' gives it one"),
      (["--help=1"], "--help takes no value, but '--help=1' gives it one"),
      (["--signal-target=all"], "bad value 'all' for --signal-target: expected child or group"),
      (["--exit-map=256:0"], "bad value '256:0' for --exit-map: '256': expected an exit code from 0 to 255"),
      (["--exit-map=1"], "bad value '1' for --exit-map: expected FROM:TO, such as 143:0"),
      (["--rewrite=XYZ:TERM"], "bad value 'XYZ:TERM' for --rewrite: 'XYZ': expected a signal such as TERM, RTMIN+3 or 15"),
      (
        ["--rewrite=TERM:XYZ"],
        "bad value 'TERM:XYZ' for --rewrite: 'XYZ': expected a signal such as QUIT, RTMIN+3 or 3, or 0 to drop it"
      ),
      (
        ["--rewrite=KILL:0"],
        "bad value 'KILL:0' for --rewrite: 'KILL': expected a signal that an init can forward (not KILL, STOP or CHLD)"
      ),
      (["--pdeathsig=0"], "bad value '0' for --pdeathsig: expected a signal such as TERM, RTMIN+3 or 15"),
      (["--user="], "bad value '' for --user: expected a user of /etc/passwd or a number"),
      (["--chdir="], "bad value '' for --chdir: expected a directory"),
      (["--console="], "bad value '' for --console: expected the path of a terminal"),
      (["--env=NOEQUALS"], "bad value 'NOEQUALS' for --env: expected NAME=VALUE"),
      (["--env", "=x"], "bad value '=x' for --env: expected NAME=VALUE"),
      (["--pre="], "bad value '' for --pre: expected a command"),
      (["--post", "'a"], "bad value ''a' for --post: expected words with every quote closed"),
    ] as [([String], String)])
  func options(_ words: [String], _ message: String) { #expect(Parsed(["swinit"] + words).said == "exit 2: " + message) }

  @Test(
    arguments: [
      ("SWINIT_GRACE=abc", "bad value 'abc' for SWINIT_GRACE: \(time)"),
      ("SWINIT_DRAIN=1x", "bad value '1x' for SWINIT_DRAIN: \(time)"),
      (
        "SWINIT_REWRITE=XYZ:TERM", "bad value 'XYZ:TERM' for SWINIT_REWRITE: 'XYZ': expected a signal such as TERM, RTMIN+3 or 15"
      ),
      ("SWINIT_EXIT_MAP=1:300", "bad value '1:300' for SWINIT_EXIT_MAP: '300': expected an exit code from 0 to 255"),
      ("SWINIT_VERBOSE=maybe", "bad value 'maybe' for SWINIT_VERBOSE: expected 1 or 0"),
      ("SWINIT_REPORT=2", "bad value '2' for SWINIT_REPORT: expected 1 or 0"),
      ("SWINIT_PDEATHSIG=XYZ", "bad value 'XYZ' for SWINIT_PDEATHSIG: expected a signal such as TERM, RTMIN+3 or 15"),
      ("SWINIT_ENV=A=1\nB", "bad value 'A=1\\x0aB' for SWINIT_ENV: 'B': expected NAME=VALUE"),
    ] as [(String, String)])
  func variables(_ variable: String, _ message: String) {
    for name in ["swinit", "tini", "dumb-init", "catatonit"] {
      #expect(Parsed([name, "x"], [variable]).said == "exit 2: " + message)
    }
  }

  @Test func theVoiceIsSwinits() { #expect(Parsed(["swinit", "-x"]).error?.voice == .native) }
}
