// What a supervised worker does, as a client of libsystemd.
#define _GNU_SOURCE
#include "probe.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifndef PROBE_STATIC
#include <systemd/sd-daemon.h>
#endif

// notify TEXT…: sends each text with sd_notify(3) and waits until it was heard, says so, and holds. `-` waits for a line on stdin.
int act_notify(char **argv) {
#ifdef PROBE_STATIC
  (void)argv;
  return 99;
#else
  for (; *argv; argv++) {
    if (strcmp(*argv, "child") == 0) {  // The rest is said by a child.
      if (fork() != 0) break;
      continue;
    }
    int sent = sd_notify(0, *argv);
    int heard = sent > 0 ? sd_notify_barrier(0, 5000000) : 0;
    say("%s %d %d\n", *argv, sent, heard);
  }
  for (;;) pause();
#endif
}

// joins FILE -- CMD: this process and all below it belong to a cgroup.
int wrap_joins(char **argv) {
  FILE *file = argv[0] ? fopen(argv[0], "w") : NULL;
  if (!file || fputs("0", file) < 0 || fclose(file) != 0) fail(argv[0] ? argv[0] : "joins");
  exec_rest(argv);
}

// watchdog N: feeds the watchdog N times in half its time, then hangs.
int act_watchdog(char **argv) {
#ifdef PROBE_STATIC
  (void)argv;
  return 99;
#else
  uint64_t time = 0;
  if (sd_watchdog_enabled(0, &time) <= 0) return 98;
  sd_notify(0, "READY=1");
  for (long left = number(argv[0]); left > 0; left--) {
    usleep((useconds_t)(time / 2));
    sd_notify(0, "WATCHDOG=1");
    say("fed\n");
  }
  for (;;) pause();
#endif
}

static void *wait_for_ever(void *nothing) {
  for (;;) pause();
  return nothing;
}

// threads N: N threads that wait, beside the first.
int act_threads(char **argv) {
  pthread_t thread;
  for (long left = number(argv[0]); left > 0; left--)
    if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0) return 97;
  say("threads\n");
  for (;;) pause();
}
