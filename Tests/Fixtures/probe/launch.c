// Starting a command as PID 1 of its own pid namespace, or under a parent that watches it.
#define _GNU_SOURCE
#include "probe.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { status_fd = 3 };

static pid_t clone_into_namespaces(void) {
  return (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, NULL);
}

static void private_mounts(int with_proc) {
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) fail("mount --make-rprivate /");
  if (with_proc && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) fail("mount /proc");
}

// Whatever the test runner had: the command starts from a known state.
static void known_state(void) {
  syscall(SYS_close_range, status_fd + 1, ~0U, 0);
  for (int signal = 1; signal <= 64; signal++) set_disposition(signal, 0);
  set_mask(0);
  setsid();
  umask(022);
  struct rlimit core;
  if (getrlimit(RLIMIT_CORE, &core) == 0) {
    core.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &core);
  }
}

// Tells "pid N" (as seen from outside) and later "exit N" or "killed N" on fd 3. When nobody reads fd 3 any more, all is killed.
int run_ns(char **argv) {
  int with_proc = argv[0] && strcmp(argv[0], "noproc") != 0;
  known_state();
  if (fcntl(status_fd, F_SETFD, FD_CLOEXEC) != 0) fail("fd 3");
  pid_t child = clone_into_namespaces();
  if (child < 0) fail("clone");
  if (child == 0) {
    private_mounts(with_proc);
    exec_rest(argv);
  }
  // So that the end of stdout and stderr is the end of those inside.
  syscall(SYS_close_range, 0, 2, 0);
  dprintf(status_fd, "pid %d\n", child);
  int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
  for (;;) {
    struct pollfd fds[] = {{.fd = pidfd, .events = POLLIN}, {.fd = status_fd}};
    poll(fds, 2, -1);
    if (fds[1].revents & POLLERR) kill(child, SIGKILL);
    if (fds[0].revents || (fds[1].revents & POLLERR)) break;
  }
  int status;
  if (waitpid(child, &status, 0) != child) fail("waitpid");
  if (WIFEXITED(status)) {
    dprintf(status_fd, "exit %d\n", WEXITSTATUS(status));
    return 0;
  }
  dprintf(status_fd, "killed %d\n", WTERMSIG(status));
  return 0;
}

static void say_what_is_left(void) {
  DIR *proc = opendir("/proc");
  if (!proc) fail("/proc");
  for (struct dirent *entry; (entry = readdir(proc));) {
    char path[300], name[64] = "";
    if (!isdigit((unsigned char)entry->d_name[0]) || atoi(entry->d_name) == getpid()) continue;
    snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
      ssize_t length = read(fd, name, sizeof name - 1);
      if (length > 0) name[length - 1] = 0;
      close(fd);
    }
    say("left %s %s\n", entry->d_name, name);
  }
  closedir(proc);
}

// PID 1 of the namespace stays this one, so that CMD is some other number.
int run_middle(char **argv) {
  int dying = argv[0] && strcmp(argv[0], "dying") == 0;
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) exec_rest(argv);
  if (dying) {
    char byte;
    while (read(0, &byte, 1) > 0) {
    }
    _exit(0);
  }
  int status, code = 99;
  for (pid_t pid; (pid = waitpid(-1, &status, 0)) > 0;)
    if (pid == child) {
      code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      if (getenv("PROBE_MIDDLE_WAITS")) continue;
      break;
    }
  say_what_is_left();
  say("middle: child ended with %d\n", code);
  return code;
}

static void spin(long nanoseconds) {
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  do clock_gettime(CLOCK_MONOTONIC, &now);
  while ((now.tv_sec - start.tv_sec) * 1000000000L + now.tv_nsec - start.tv_nsec < nanoseconds);
}

static ssize_t read_file(const char *format, pid_t pid, char *text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, format, pid, pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t length = read(fd, text, size - 1);
  close(fd);
  if (length >= 0) text[length] = 0;
  return length;
}

// Has `pid` taken the signal into its own hands: is it blocked or caught, or is there a command already? (While rt_sigtimedwait
// waits for it, a blocked signal is not shown as blocked.)
static int takes(pid_t pid, int signal) {
  char text[4096];
  if (read_file("/proc/%d/task/%d/children", pid, text, sizeof text) > 0) return 1;
  if (read_file("/proc/%d/status", pid, text, sizeof text) <= 0) return 0;
  const char *names[] = {"SigBlk:", "SigCgt:"};
  for (int i = 0; i < 2; i++) {
    const char *line = strstr(text, names[i]);
    if (line && (strtoull(line + 7, NULL, 16) & SIGNAL_BIT(signal))) return 1;
  }
  return 0;
}

// blocked: the signal is blocked from before the exec, so that the kernel drops none, and sent at once, 0 to 1 ms later.
// seen: sent as soon as the new PID 1 is seen to block or catch it, 0 to 200 µs later.
// CMD must end with 0 or 128+SIG when the signal reaches it, and only then.
int run_early(char **argv) {
  if (!argv[0] || !argv[1] || !argv[2]) usage("early SIG ROUNDS blocked|seen -- CMD");
  int sent = (int)number(argv[0]), rounds = (int)number(argv[1]), blocked = strcmp(argv[2], "blocked") == 0;
  int delivered = 0, other = 0, lost = 0;
  for (int round = 0; round < rounds; round++) {
    signal_set old = set_mask(blocked ? get_mask() | SIGNAL_BIT(sent) : get_mask());
    int started[2];
    if (pipe2(started, O_CLOEXEC) != 0) fail("pipe2");
    pid_t child = clone_into_namespaces();
    if (child < 0) fail("clone");
    if (child == 0) {
      private_mounts(1);
      exec_rest(argv);
    }
    set_mask(old);
    close(started[1]);
    char byte;
    if (read(started[0], &byte, 1) != 0) fail("exec");  // its end: the exec was done
    close(started[0]);
    if (blocked) {
      spin(1000L * (round * 1000 / rounds));
    } else {
      siginfo_t ended = {0};
      while (!takes(child, sent) && waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0) {
      }
      spin(1000L * (round * 200 / rounds));
    }
    kill(child, sent);
    int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    int status, in_time = poll(&end, 1, 5000) == 1;
    if (!in_time) kill(child, SIGKILL);
    waitpid(child, &status, 0);
    close(pidfd);
    if (!in_time) lost++;
    else if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 128 + sent)) delivered++;
    else other++;
    if (lost + other > 3) break;
  }
  say("delivered %d lost %d other %d\n", delivered, lost, other);
  return lost + other == 0 ? 0 : 1;
}
