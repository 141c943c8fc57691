/* The first program behind an init in a machine: notes the processor's clock at its first instruction, then hands to the host over port
 * 0xe9 what is needed to say when that was by the kernel's own clock, and ends the machine. Without a C library, so that what is measured
 * is the way to it. `machine.h` has the rest. */
#include "machine.h"

__asm__(".globl _start\n_start: rdtsc\n shl $32, %rdx\n lea (%rdx,%rax), %rdi\n mov %rsp, %rsi\n and $-16, %rsp\n call begin\n");

void begin(u64 first, char **stack) {
  (void)stack;
  say_number("first", first);
  say_clocks();
  say_log();
  end_machine();
}
