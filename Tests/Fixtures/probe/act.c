// What a command of a test does.
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int act_exit(char **argv) { return (int)number(argv[0]); }

int act_die(char **argv) {
  int signal = (int)number(argv[0]);
  set_disposition(signal, 0);
  set_mask(0);
  kill(getpid(), signal);
  return 97;  // it was ignored, or stopped and continued
}

int act_hold(char **argv) {
  (void)argv;
  say("ready\n");
  for (;;) pause();
}

int act_signals(char **argv) {
  int last = (int)number(argv[0]), got;
  set_mask(ALL_SIGNALS);
  say("ready\n");
  do {
    got = wait_signal(ALL_SIGNALS, -1);
    say("signal %d\n", got);
  } while (got != last);
  return 0;
}

int act_pending(char **argv) {
  int signal = (int)number(argv[0]);
  return wait_signal(SIGNAL_BIT(signal), (int)number(argv[1])) == signal ? 0 : 1;
}

// Orphans by double fork, all ending at the same time; then until each number is free again, which is when PID 1 has reaped it.
int act_orphans(char **argv) {
  long count = number(argv[0]);
  pid_t *pids = calloc((size_t)count, sizeof *pids);
  int told[2], gate[2];
  if (!pids || pipe2(told, O_CLOEXEC) != 0 || pipe2(gate, O_CLOEXEC) != 0) fail("pipe2");
  pid_t middle = fork();
  if (middle < 0) fail("fork");
  if (middle == 0) {
    for (long i = 0; i < count; i++) {
      pid_t pid = fork();
      if (pid < 0) fail("fork");
      if (pid == 0) {
        char byte;
        close(gate[1]);
        if (read(gate[0], &byte, 1) < 0) _exit(1);
        _exit(0);
      }
      if (write(told[1], &pid, sizeof pid) != sizeof pid) fail("write");
    }
    _exit(0);
  }
  close(told[1]);
  for (long i = 0; i < count; i++)
    if (read(told[0], pids + i, sizeof *pids) != sizeof *pids) fail("read");
  waitpid(middle, NULL, 0);
  close(gate[1]);
  for (long i = 0; i < count; i++)
    while (kill(pids[i], 0) == 0) nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
  say("reaped %ld\n", count);
  return 0;
}

// Writes what it was and which signal came, as the last thing it does.
static _Noreturn void tell(const char *kind, int pause_ms) {
  int got = wait_signal(SIGNAL_BIT(SIGTERM) | SIGNAL_BIT(SIGINT) | SIGNAL_BIT(SIGHUP), -1);
  if (pause_ms) nanosleep(&(struct timespec){.tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000L}, NULL);
  say("%s got %d\n", kind, got);
  _exit(0);
}

static _Noreturn void stay(const char *kind, int ready) {
  setsid();
  prctl(PR_SET_NAME, kind, 0, 0, 0);
  signal_set term = SIGNAL_BIT(SIGTERM);
  int ignores = strcmp(kind, "ignores") == 0, stopped = strcmp(kind, "stopped") == 0;
  if (ignores) set_disposition(SIGTERM, (uintptr_t)SIG_IGN);
  else if (strcmp(kind, "dies") != 0 && !stopped) set_mask(term | SIGNAL_BIT(SIGINT) | SIGNAL_BIT(SIGHUP));
  if (stopped) {
    close(ready);
    raise(SIGSTOP);
    for (;;) pause();
  }
  if (write(ready, "", 1) != 1) fail("write");
  close(ready);
  if (strcmp(kind, "tells") == 0) tell(kind, 0);
  if (strcmp(kind, "late") == 0) tell(kind, 2500);
  if (strcmp(kind, "respawns") == 0) {
    wait_signal(term, -1);
    if (fork() == 0) {
      set_disposition(SIGTERM, (uintptr_t)SIG_IGN);
      set_mask(0);
      prctl(PR_SET_NAME, "respawned", 0, 0, 0);
      for (;;) pause();
    }
    _exit(0);
  }
  for (;;) pause();
}

int act_leave(char **argv) {
  int code = (int)number(argv[0]);
  for (char **kind = argv + 1; *kind; kind++) {
    int ready[2];
    char byte;
    if (pipe2(ready, O_CLOEXEC) != 0) fail("pipe2");
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) stay(*kind, ready[1]);
    close(ready[1]);
    if (strcmp(*kind, "stopped") == 0) {
      if (waitpid(pid, NULL, WUNTRACED) != pid) fail("waitpid");
    } else if (read(ready[0], &byte, 1) != 1) {
      fail("no word from the process that should stay");
    }
    close(ready[0]);
    say("%s is %d\n", *kind, pid);
  }
  return code;
}

int act_stdin(char **argv) {
  (void)argv;
  char block[4096];
  for (ssize_t length; (length = read(0, block, sizeof block)) > 0;)
    if (write(1, block, (size_t)length) != length) fail("write");
  return 0;
}
