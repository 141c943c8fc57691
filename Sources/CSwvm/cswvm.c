#define _GNU_SOURCE
#include "cswvm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

// From fork to exec: async-signal-safe calls only. Returns why it could not.
static int run(char *const arguments[], const int32_t descriptors[], int32_t count, pid_t parent, int *report) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it has ended before that
  int own[count + 1];
  if ((*report = fcntl(*report, F_DUPFD_CLOEXEC, count + 16)) < 0) return errno;
  for (int i = 0; i < count; i++) {
    int from = descriptors[i] < 0 ? open("/dev/null", O_RDWR) : descriptors[i];
    own[i] = fcntl(from, F_DUPFD, count + 16);
    if (own[i] < 0) return errno;
  }
  for (int i = 0; i < count; i++)
    if (dup2(own[i], i) < 0) return errno;
  // What is left closes itself at exec, or was somebody's before this process: it goes, but for the report.
  if (dup3(*report, count, O_CLOEXEC) < 0) return errno;
  *report = count;
  syscall(SYS_close_range, count + 1, ~0U, 0);
  sigset_t none;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execvp(arguments[0], arguments);
  return errno;
}

int32_t cswvm_spawn(char *const arguments[], const int32_t descriptors[], int32_t count) {
  pid_t parent = getpid();
  int report[2];
  if (pipe2(report, O_CLOEXEC) < 0) return -errno;
  // A handler of this process's must not run in the child.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  pid_t pid = fork();
  if (pid == 0) {
    int error = run(arguments, descriptors, count, parent, &report[1]);
    while (write(report[1], &error, sizeof error) < 0 && errno == EINTR) {}
    _exit(127);
  }
  int error = pid < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  close(report[1]);
  if (pid > 0) {
    ssize_t length;
    while ((length = read(report[0], &error, sizeof error)) < 0 && errno == EINTR) {}
    if (length == (ssize_t)sizeof error)
      while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
  }
  close(report[0]);
  return error ? -error : pid;
}

int32_t cswvm_memory_file(const char *name) {
  int fd = memfd_create(name, MFD_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int32_t cswvm_listen(const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(name);
  if (length + 1 > sizeof address.sun_path) return -ENAMETOOLONG;
  memcpy(address.sun_path + 1, name, length);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  if (bind(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + 1 + length) == 0 && listen(fd, 1) == 0) return fd;
  int error = errno;
  close(fd);
  return -error;
}

int32_t cswvm_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCHLD};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaddset(&set, signals[i]);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return fd < 0 ? -errno : fd;
}

int32_t cswvm_next_signal(int32_t fd) {
  struct signalfd_siginfo info;
  return read(fd, &info, sizeof info) == sizeof info ? (int32_t)info.ssi_signo : 0;
}

#ifdef __x86_64__
// QEMU gives its processor what KVM says that it has, IA32_ARCH_CAPABILITIES among it, and aborts where KVM then refuses that.
static int set_features(int kvm, int processor) {
  // Both are a header with a list behind it.
  _Alignas(8) char list[sizeof(struct kvm_cpuid2) + 256 * sizeof(struct kvm_cpuid_entry2)] = {0};
  struct kvm_cpuid2 *features = (void *)list;
  features->nent = 256;
  if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, features) < 0 || ioctl(processor, KVM_SET_CPUID2, features) < 0) return -errno;
  _Alignas(8) char one[sizeof(struct kvm_msrs) + sizeof(struct kvm_msr_entry)] = {0};
  struct kvm_msrs *capabilities = (void *)one;
  capabilities->nmsrs = 1;
  capabilities->entries[0].index = 0x10A;
  if (ioctl(kvm, KVM_GET_MSRS, capabilities) != 1) return 0;
  return ioctl(processor, KVM_SET_MSRS, capabilities) == 1 ? 0 : -EPERM;
}
#endif

int32_t cswvm_try_kvm(void) {
  int result = 0, kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), machine = -1, processor = -1;
  if (kvm < 0) return -errno;
  // A byte that stops the processor, at the address where it begins (real mode, all zero but for the code segment).
  void *memory = MAP_FAILED;
  struct kvm_run *state = MAP_FAILED;
  int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
  if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION || size < 0) result = -ENOSYS;
  else if ((machine = ioctl(kvm, KVM_CREATE_VM, 0)) < 0) result = -errno;
  else if ((memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) == MAP_FAILED) result = -errno;
  else {
    struct kvm_userspace_memory_region region = {.memory_size = 4096, .userspace_addr = (uintptr_t)memory};
    memset(memory, 0xF4 /* hlt */, 4096);
    if (ioctl(machine, KVM_SET_USER_MEMORY_REGION, &region) < 0 || (processor = ioctl(machine, KVM_CREATE_VCPU, 0)) < 0) result = -errno;
  }
#ifdef __x86_64__
  struct kvm_sregs system;
  struct kvm_regs registers = {.rflags = 2};
  if (processor >= 0) {
    state = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, processor, 0);
    if ((result = set_features(kvm, processor)) < 0) {
    } else if (state == MAP_FAILED || ioctl(processor, KVM_GET_SREGS, &system) < 0) result = -errno;
    else {
      system.cs.base = system.cs.selector = 0;
      if (ioctl(processor, KVM_SET_SREGS, &system) < 0 || ioctl(processor, KVM_SET_REGS, &registers) < 0 ||
          ioctl(processor, KVM_RUN, 0) < 0) result = -errno;
      else if (state->exit_reason != KVM_EXIT_HLT) result = -EIO;
    }
  }
#endif
  if (state != MAP_FAILED) munmap(state, (size_t)size);
  if (memory != MAP_FAILED) munmap(memory, 4096);
  if (processor >= 0) close(processor);
  if (machine >= 0) close(machine);
  close(kvm);
  return result;
}
