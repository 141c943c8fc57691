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

// The kernel's struct sigaction. SIG_DFL and SIG_IGN need no restorer, but most architectures have room for one.
struct kernel_action {
  void (*handler)(int);
  unsigned long flags;
#ifndef __riscv
  void (*restorer)(void);
#endif
  uint64_t mask;
};

int32_t csys_set_disposition(int32_t signal, enum csys_disposition disposition) {
  struct kernel_action action = {.handler = disposition == CSYS_IGNORE ? SIG_IGN : SIG_DFL}, old;
  if (syscall(SYS_rt_sigaction, signal, &action, &old, KERNEL_SET_SIZE) < 0) return -errno;
  return old.handler == SIG_IGN;
}

int32_t csys_signal_fd(uint64_t set) {
  long fd = syscall(SYS_signalfd4, -1, &set, KERNEL_SET_SIZE, SFD_CLOEXEC | SFD_NONBLOCK);
  return fd < 0 ? -errno : (int32_t)fd;
}
