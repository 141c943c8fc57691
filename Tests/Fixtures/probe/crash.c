// A real fault in somebody else: its next instruction is at an address that nothing is mapped at.
#define _GNU_SOURCE
#include "probe.h"

#include <elf.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

int run_crash(char **argv) {
  pid_t pid = (pid_t)number(argv[0]);
  struct user_regs_struct registers;
  struct iovec block = {.iov_base = &registers, .iov_len = sizeof registers};
  if (ptrace(PTRACE_SEIZE, pid, 0, 0) != 0) fail("ptrace seize");
  if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) != 0) fail("ptrace interrupt");
  if (waitpid(pid, 0, __WALL) != pid) fail("waitpid");
  if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &block) != 0) fail("ptrace getregset");
#if defined(__x86_64__)
  registers.rip = 1;
  registers.orig_rax = (unsigned long long)-1;  // no system call to take up again
#elif defined(__aarch64__)
  registers.pc = 1;
#endif
  if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &block) != 0) fail("ptrace setregset");
  if (ptrace(PTRACE_DETACH, pid, 0, 0) != 0) fail("ptrace detach");
  return 0;
}
