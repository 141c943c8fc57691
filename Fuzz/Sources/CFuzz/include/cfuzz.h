#ifndef CFUZZ_H
#define CFUZZ_H

#include <stddef.h>
#include <stdint.h>

// libFuzzer's main(), as a function, after which every fault of the process is libFuzzer's to see.
int cfuzz_run(int *argc, char ***argv, int (*input)(const uint8_t *bytes, size_t count));

#endif
