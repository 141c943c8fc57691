#include "csys.h"

#include <sys/signalfd.h>
#include <sys/syscall.h>

// libc's sigset_t leaves out the signals that it keeps for threads; the kernel's is 8 bytes.
enum { KERNEL_SET_SIZE = 8 };

uint64_t csys_set_signal_mask(uint64_t mask) {
  uint64_t old = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &old, KERNEL_SET_SIZE);
  return old;
}

int32_t csys_wait_signal(uint64_t set, int64_t timeout, struct csys_siginfo *info) {
  siginfo_t raw;
  struct timespec limit = {.tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000};
  long result = syscall(SYS_rt_sigtimedwait, &set, &raw, timeout < 0 ? NULL : &limit, KERNEL_SET_SIZE);
  if (result < 0) return -errno;
  info->signal = (int32_t)result;
  info->code = raw.si_code;
  info->pid = raw.si_pid;
  info->uid = (int32_t)raw.si_uid;
  return (int32_t)result;
}

// The kernel's struct sigaction. libc's sigaction(3) is not used: musl's unblocks two real-time signals on the way.
struct kernel_action {
  void (*handler)(int);
  unsigned long flags;
#ifndef __riscv
  void (*restorer)(void);
#endif
  uint64_t mask;
};

#ifdef __x86_64__
// Where a handler returns to: rt_sigreturn(2). The other architectures have it in their vDSO.
void csys_signal_return(void);
__asm__(".text\n.type csys_signal_return,@function\ncsys_signal_return:\n\tmov $15, %eax\n\tsyscall\n");
enum { KERNEL_SA_RESTORER = 0x04000000 };
#endif

static int32_t set_action(int32_t signal, struct kernel_action *action) {
  struct kernel_action old;
  if (syscall(SYS_rt_sigaction, signal, action, &old, KERNEL_SET_SIZE) < 0) return -errno;
  return old.handler == SIG_IGN;
}

int32_t csys_set_disposition(int32_t signal, enum csys_disposition disposition) {
  struct kernel_action action = {.handler = disposition == CSYS_IGNORE ? SIG_IGN : SIG_DFL};
  return set_action(signal, &action);
}

int32_t csys_set_handler(int32_t signal, void (*handler)(int, siginfo_t *, void *)) {
  // SA_NODEFER: a second fault must come to the handler too, not end PID 1 behind its back.
  struct kernel_action action = {.handler = (void (*)(int))handler, .flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
#ifdef __x86_64__
  action.flags |= KERNEL_SA_RESTORER;
  action.restorer = csys_signal_return;
#endif
  return set_action(signal, &action);
}

int32_t csys_signal_fd(uint64_t set) {
  long fd = syscall(SYS_signalfd4, -1, &set, KERNEL_SET_SIZE, SFD_CLOEXEC | SFD_NONBLOCK);
  return fd < 0 ? -errno : (int32_t)fd;
}
