// Stops another process at a certain place, by ptrace(2): in the midst of something it does, and not somewhere.
#define _GNU_SOURCE
#include "probe.h"

#include <elf.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static struct user_regs_struct registers;

static void get_registers(pid_t pid) {
  struct iovec block = {.iov_base = &registers, .iov_len = sizeof registers};
  if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &block) != 0) fail("ptrace getregset");
}

#if defined(__x86_64__)
static long call_number(void) { return (long)registers.orig_rax; }
static unsigned long third_argument(void) { return registers.rdx; }
static unsigned long instruction(void) { return registers.rip; }
static const long endless = 0xfeeb;  // jmp to itself
#elif defined(__aarch64__)
static long call_number(void) { return (long)registers.regs[8]; }
static unsigned long third_argument(void) { return registers.regs[2]; }
static unsigned long instruction(void) { return registers.pc; }
static const long endless = 0x14000000;  // b to itself
#endif

static void attach(pid_t pid) {
  if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD) != 0) fail("ptrace seize");
  if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) != 0) fail("ptrace interrupt");
  int status;
  if (waitpid(pid, &status, __WALL) != pid) fail("waitpid");
  say("attached\n");
}

// Lets it run to the end of its next system call. Returns the call's number.
static long next_call(pid_t pid) {
  int signal = 0;
  for (;;) {
    int status;
    if (ptrace(PTRACE_SYSCALL, pid, 0, signal) != 0) fail("ptrace syscall");
    if (waitpid(pid, &status, __WALL) != pid) fail("waitpid");
    if (!WIFSTOPPED(status)) fail("it has ended");
    signal = 0;
    if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
      unsigned char info[88];  // struct ptrace_syscall_info; it begins with where the call is, and 2 is its end
      if (ptrace(0x420e /* PTRACE_GET_SYSCALL_INFO */, pid, sizeof info, info) <= 0) fail("ptrace get syscall info");
      if (info[0] != 2) continue;
      get_registers(pid);
      return call_number();
    }
    if (status >> 16 == 0) signal = WSTOPSIG(status);
  }
}

// From its next waking on, which kthreadd tells by setting a timer, it goes round in circles.
int run_loop(char **argv) {
  pid_t pid = (pid_t)number(argv[0]);
  attach(pid);
  for (;;) {
    if (next_call(pid) != SYS_timerfd_settime) continue;
    // struct itimerspec: the interval, and the time; zero stops the timer.
    unsigned long value = third_argument();
    if (ptrace(PTRACE_PEEKDATA, pid, value + 16, 0) || ptrace(PTRACE_PEEKDATA, pid, value + 24, 0)) break;
  }
  long word = ptrace(PTRACE_PEEKTEXT, pid, instruction(), 0);
  long mask = endless > 0xffff ? 0xffffffff : 0xffff;
  if (ptrace(PTRACE_POKETEXT, pid, instruction(), (word & ~mask) | endless) != 0) fail("ptrace poketext");
  if (ptrace(PTRACE_DETACH, pid, 0, 0) != 0) fail("ptrace detach");
  return 0;
}

// KILL when it has executed another program.
int run_killexec(char **argv) {
  pid_t pid = (pid_t)number(argv[0]);
  attach(pid);
  for (;;) {
    // On x86 the kernel calls either so when it was done.
    long call = next_call(pid);
    if (call == SYS_execveat || call == SYS_execve) break;
  }
  if (kill(pid, SIGKILL) != 0) fail("kill");
  return 0;
}

// KILL at the end of its next fork, or so many system calls later.
int run_killat(char **argv) {
  pid_t pid = (pid_t)number(argv[0]);
  long later = number(argv[1]);
  attach(pid);
  for (;;) {
    long call = next_call(pid);
#ifdef SYS_vfork
    if (call == SYS_vfork) break;
#endif
    if (call == SYS_clone) break;
  }
  long call = -1;
  while (later-- > 0) call = next_call(pid);
  if (kill(pid, SIGKILL) != 0) fail("kill");
  say("killed behind call %ld\n", call);
  return 0;
}
