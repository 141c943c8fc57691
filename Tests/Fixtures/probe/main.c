// The table of probe's jobs, and what they share.
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const struct {
  const char *name, *usage;
  int (*run)(char **argv);
} jobs[] = {
    // Launchers.
    {"ns", "ns [noproc] -- CMD: PID 1 of new pid and mount namespaces; its life is told on fd 3", run_ns},
    {"middle", "middle [dying] -- CMD: its parent; says what is left after it; dying: ends at the end of stdin", run_middle},
    {"early", "early SIG ROUNDS blocked|seen -- CMD: signals in the first microseconds, losses counted", run_early},
    {"crash", "crash PID: makes that process jump to address 1", run_crash},
    {"loop", "loop PID: makes kthreadd go round in circles when it wakes next", run_loop},
    {"killat", "killat PID N: KILL, N system calls behind its next fork", run_killat},
    {"killexec", "killexec PID: KILL when it has executed another program", run_killexec},
    // Wrappers: change one thing, then become CMD.
    {"closed", "closed FD,… -- CMD", wrap_closed},
    {"open", "open FD,… -- CMD: /dev/zero on each", wrap_open},
    {"listen", "listen N -- CMD: N sockets from fd 3 on, LISTEN_FDS, LISTEN_PID", wrap_listen},
    {"block", "block SIG,… -- CMD", wrap_block},
    {"ignore", "ignore SIG,… -- CMD", wrap_ignore},
    {"zombies", "zombies N -- CMD: N children that have ended already", wrap_zombies},
    {"children", "children N -- CMD: N children that live on", wrap_children},
    {"limit", "limit NUMBER SOFT HARD -- CMD", wrap_limit},
    {"umask", "umask OCTAL -- CMD", wrap_umask},
    {"chdir", "chdir DIR -- CMD", wrap_chdir},
    {"user", "user UID -- CMD: also the group, no capabilities", wrap_user},
    {"ids", "ids UID -- CMD: the ids only", wrap_ids},
    {"nnp", "nnp -- CMD: no new privileges", wrap_nnp},
    {"root", "root DIR -- CMD: chroot; a DIR/proc becomes a proc", wrap_root},
    {"readonly", "readonly -- CMD: every mount read-only", wrap_readonly},
    {"hide", "hide DIR -- CMD: an empty file system over DIR", wrap_hide},
    {"dev", "dev NAME,… -- CMD: a /dev with only null, zero, tty of NAME", wrap_dev},
    {"bind", "bind FROM TO -- CMD", wrap_bind},
    {"tty", "tty PATH FD,…|none -- CMD: new session, PATH its terminal, on these fds", wrap_tty},
    {"argv0", "argv0 NAME -- CMD", wrap_argv0},
    {"seccomp", "seccomp eperm|enosys -- CMD: for calls newer than Linux 4.19", wrap_seccomp},
    {"joins", "joins FILE -- CMD: writes 0 to a cgroup.procs", wrap_joins},
    {"nice", "nice N -- CMD", wrap_nice},
    // What a command does.
    {"state", "state [PATH]: what this process got, one line of JSON", run_state},
    {"exit", "exit CODE", act_exit},
    {"die", "die SIG", act_die},
    {"hold", "hold: says ready, waits for ever", act_hold},
    {"signals", "signals LAST: says each signal's number, ends with 0 at LAST", act_signals},
    {"pending", "pending SIG SECONDS: 0 when blocked SIG comes, 1 when not", act_pending},
    {"orphans", "orphans N: until all N were reaped", act_orphans},
    {"leave", "leave CODE dies|ignores|tells|stopped|respawns|late…: one process of each stays", act_leave},
    {"notify", "notify TEXT…|child…: each by sd_notify, heard by its barrier; then holds", act_notify},
    {"watchdog", "watchdog N: feeds it N times, then hangs", act_watchdog},
    {"threads", "threads N: N threads that wait, beside the first", act_threads},
    {"stdin", "stdin: copies it to stdout, with CODE lines untouched, ends at its end", act_stdin},
};

int main(int argc, char **argv) {
  (void)argc;
  const char *slash = argv[0] ? strrchr(argv[0], '/') : NULL;
  const char *self = slash ? slash + 1 : argv[0] ? argv[0] : "";
  // Installed as somebody's init or shell, it can only say what it got.
  if (strncmp(self, "probe", 5) != 0) {
    run_state(NULL);
    return 42;
  }
  for (unsigned i = 0; argv[1] && i < sizeof jobs / sizeof *jobs; i++)
    if (strcmp(jobs[i].name, argv[1]) == 0) return jobs[i].run(argv + 2);
  for (unsigned i = 0; i < sizeof jobs / sizeof *jobs; i++) dprintf(2, "probe %s\n", jobs[i].usage);
  return 99;
}

_Noreturn void fail(const char *what) {
  dprintf(2, "probe: %s: %s\n", what, strerror(errno));
  _exit(99);
}

_Noreturn void usage(const char *text) {
  dprintf(2, "probe: usage: probe %s\n", text);
  _exit(99);
}

char **rest(char **argv) {
  for (; *argv; argv++)
    if (strcmp(*argv, "--") == 0 && argv[1]) return argv + 1;
  usage("… -- CMD");
}

_Noreturn void exec_rest(char **argv) {
  char **words = rest(argv);
  execvp(words[0], words);
  fail(words[0]);
}

long number(const char *text) {
  char *end;
  errno = 0;
  long value = text ? strtol(text, &end, 0) : 0;
  if (!text || end == text || *end || errno) {
    dprintf(2, "probe: not a number: %s\n", text ? text : "nothing");
    _exit(99);
  }
  return value;
}

void each_number(const char *list, void (*each)(long)) {
  if (!list) usage("… NUMBER,… -- CMD");
  char *copy = strdup(list), *save = NULL;
  for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) each(number(word));
  free(copy);
}

struct kernel_action {
  uintptr_t handler;
  unsigned long flags;
#ifdef __x86_64__
  uintptr_t restorer;
#endif
  signal_set mask;
};

signal_set get_mask(void) {
  signal_set old = 0;
  if (syscall(SYS_rt_sigprocmask, 0, NULL, &old, sizeof old) != 0) fail("rt_sigprocmask");
  return old;
}

signal_set set_mask(signal_set mask) {
  signal_set old = 0;
  if (syscall(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, &mask, &old, sizeof old) != 0) fail("rt_sigprocmask");
  return old;
}

uintptr_t disposition(int signal) {
  struct kernel_action action = {0};
  if (syscall(SYS_rt_sigaction, signal, NULL, &action, sizeof(signal_set)) != 0) fail("rt_sigaction");
  return action.handler;
}

void set_disposition(int signal, uintptr_t handler) {
  struct kernel_action action = {.handler = handler};
  if (signal == 9 || signal == 19) return;
  if (syscall(SYS_rt_sigaction, signal, &action, NULL, sizeof(signal_set)) != 0) fail("rt_sigaction");
}

int wait_signal(signal_set mask, int seconds) {
  struct timespec limit = {.tv_sec = seconds};
  for (;;) {
    long got = syscall(SYS_rt_sigtimedwait, &mask, NULL, seconds < 0 ? NULL : &limit, sizeof mask);
    if (got > 0) return (int)got;
    if (errno == EAGAIN) return 0;
    if (errno != EINTR) fail("rt_sigtimedwait");
  }
}

void say(const char *format, ...) {
  char line[512];
  va_list list;
  va_start(list, format);
  int length = vsnprintf(line, sizeof line, format, list);
  va_end(list);
  if (write(1, line, (size_t)length) != length) _exit(98);
}
