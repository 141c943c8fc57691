/* Gives PID 1 one of everything that it has to do while a command runs and after it. On go: 100 orphans, then done; S for each signal that
 * arrives; at the end it exits and leaves two processes, one that takes its time after SIGTERM and one that ignores it. */
#include "payload.h"

static void answer(int signal) {
  (void)signal;
  tell('S');
}

static void take_time(int signal) {
  (void)signal;
  nap(100000);
  _exit(0);
}

/* Forks a process that sleeps for ever and does `handler` on SIGTERM; returns when it is set up. */
static void leave(void (*handler)(int)) {
  int ready[2];
  char nothing;
  check(pipe(ready) == 0);
  pid_t left = fork();
  check(left >= 0);
  if (left == 0) {
    signal(SIGTERM, handler);
    close(ready[0]);
    close(ready[1]);
    for (;;) pause();
  }
  close(ready[1]);
  check(read(ready[0], &nothing, 1) == 0);
  close(ready[0]);
}

int main(void) {
  const int signals[] = {SIGUSR1, SIGUSR2, SIGHUP, SIGWINCH, SIGCONT, SIGRTMIN + 1};
  struct sigaction action = {.sa_handler = answer, .sa_flags = SA_RESTART};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) check(sigaction(signals[i], &action, NULL) == 0);
  prepare_orphans();
  tell('R');
  check(hear() == 'G');
  for (int i = 0; i < 50; i++) make_orphans(1);
  make_orphans(50);
  tell('D');
  hear();
  leave(take_time);
  leave(SIG_IGN);
  return 0;
}
