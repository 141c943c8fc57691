#include <signal.h>

#include "cfuzz.h"

// "Using libFuzzer as a library", https://llvm.org/docs/LibFuzzer.html
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*input)(const uint8_t *bytes, size_t count));

// Options of the address sanitizer that every run has: swinit's words live as long as the process, so nothing of it is a leak.
const char *__asan_default_options(void) { return "detect_leaks=0:allocator_may_return_null=1"; }

int cfuzz_run(int *argc, char ***argv, int (*input)(const uint8_t *bytes, size_t count)) {
    // libFuzzer leaves a handler alone that is there, and Swift has one for its backtraces, which does not come back.
    static const int faults[] = {SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGBUS, SIGSEGV};
    for (size_t index = 0; index < sizeof faults / sizeof *faults; index++) signal(faults[index], SIG_DFL);
    return LLVMFuzzerRunDriver(argc, argv, input);
}
