#define _GNU_SOURCE
#include "cbench.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// What the child works with; it shares memory with the harness until it has called execve(2).
struct child {
  const struct bench_command *command;
  /// The errno of the step that failed; stays 0 when execve(2) went well.
  volatile int error;
};

static char child_stack[64 * 1024] __attribute__((aligned(16)));

/// The new process between clone(2) and execve(2).
static int child_main(void *argument) {
  struct child *child = argument;
  const struct bench_command *command = child->command;
  for (int fd = 0; fd < 3; fd++)
    if (dup2(command->null, fd) < 0) goto failed;
  if (command->channel == BENCH_CHANNEL) {
    if (fcntl(command->channel, F_SETFD, 0) < 0) goto failed;
  } else if (command->channel >= 0) {
    if (dup2(command->channel, BENCH_CHANNEL) < 0) goto failed;
  }
  execve(command->file, command->arguments, command->environment);
failed:
  child->error = errno;
  _exit(127);
}

/// Ends with a message what has no caller to tell.
static void require(int holds, const char *what) {
  if (holds) return;
  perror(what);
  _exit(1);
}

/// Waits until `pid` has ended, for whatever else ends meanwhile too, and exits with its code.
static void exit_after(pid_t pid) {
  int wait_status;
  pid_t ended;
  do ended = wait(&wait_status);
  while (ended != pid && (ended > 0 || errno == EINTR));
  _exit(ended == pid ? bench_exit_code(wait_status) : 1);
}

int bench_isolate(void) {
  if (unshare(CLONE_NEWPID) < 0) return errno;
  pid_t first = fork();
  if (first < 0) return errno;
  if (first > 0) exit_after(first);

  // PID 1 of the namespace. When it ends, the kernel kills all the others.
  require(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "prctl");
  require(unshare(CLONE_NEWNS) == 0, "unshare");
  require(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "mount /");
  require(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0, "mount /proc");
  pid_t harness = fork();
  require(harness >= 0, "fork");
  if (harness > 0) exit_after(harness);
  return 0;
}

int64_t bench_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t bench_ticks(void) {
#if defined(__x86_64__)
  return (int64_t)__builtin_ia32_rdtsc();
#else
  return bench_now();
#endif
}

int bench_start(const struct bench_command *command, pid_t *pid) {
  struct child child = {.command = command, .error = 0};
  int flags = CLONE_VM | CLONE_VFORK | SIGCHLD;
  if (command->new_pid_namespace) flags |= CLONE_NEWPID;
  *pid = clone(child_main, child_stack + sizeof child_stack, flags, &child);
  if (*pid < 0) return errno;
  if (child.error != 0) {
    int ignored;
    bench_wait(*pid, &ignored);
  }
  return child.error;
}

int bench_run(const struct bench_command *command, struct bench_exit *result) {
  struct rusage usage;
  pid_t pid;
  int64_t start = bench_now();
  int error = bench_start(command, &pid);
  if (error != 0) return error;
  while (wait4(pid, &result->wait_status, 0, &usage) < 0)
    if (errno != EINTR) return errno;
  result->wall_nanoseconds = bench_now() - start;
  result->minor_faults = usage.ru_minflt;
  return 0;
}

int bench_wait(pid_t pid, int *wait_status) {
  while (waitpid(pid, wait_status, 0) < 0)
    if (errno != EINTR) return errno;
  return 0;
}

int bench_exit_code(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}
