import Testing

@testable import swinit_bench

struct DebuggerTests {
  @Test func hitsBelongToTheFunctionThatWasNamedBefore() {
    let text = """
      Symbol "_start" is at 0x401000 in a file compiled without debugging.
      SWINIT-BENCH-FUNCTION malloc
      Breakpoint 1 at 0x401136
      Will ignore next 1000000000 crossings of breakpoint 1.
      SWINIT-BENCH-FUNCTION calloc
      No symbol "calloc" in current context.
      SWINIT-BENCH-FUNCTION realloc
      Breakpoint 2 at 0x401236
      SWINIT-BENCH-FUNCTION __libc_malloc
      Note: breakpoint 1 also set at pc 0x401136.
      Breakpoint 3 at 0x401136
      SWINIT-BENCH-ATTACHED
      [Inferior 1 (process 7) exited normally]
      Num     Type           Disp Enb Address            What
      1       breakpoint     keep y   0x0000000000401136 <malloc>
      \tignore next 1000000000 hits
      2       breakpoint     keep y   0x0000000000401236 <realloc>
      \tbreakpoint already hit 3 times
      3       breakpoint     keep y   0x0000000000401136 <malloc>
      \tbreakpoint already hit 5 times
      """
    let calls = Debugger.parse(text)
    #expect(calls == Debugger.Calls(counts: ["malloc": 0, "realloc": 3], isStripped: false))
  }

  @Test func aStrippedProgramIsRecognised() {
    #expect(Debugger.parse("No symbol \"_start\" in current context.\n").isStripped)
  }

  @Test func fieldsOfProcAreRead() {
    let fields = ProcessFacts.fields("Rss:        12 kB\nName:\tx: y\nvoluntary_ctxt_switches:\t7\n")
    #expect(fields == ["Rss": 12, "voluntary_ctxt_switches": 7])
  }
}
