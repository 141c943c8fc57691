/* What the payloads share: the channel to the harness, and orphans.
 *
 * The channel is a stream socket on descriptor 3, one letter a message. Payload to harness: R ready, D done, S a signal came.
 * Harness to payload: G go, E end. */
#ifndef PAYLOAD_H
#define PAYLOAD_H

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { channel = 3 };

/* The most orphans that exist at one time. */
enum { batch_limit = 1000 };

/* A step of a payload that cannot fail, failed. Errors end the payload with 9, which the harness reports. */
static inline void check(int holds) {
  if (!holds) _exit(9);
}

static inline void tell(char letter) { check(write(channel, &letter, 1) == 1); }

/* The next letter from the harness; E when the harness has gone. */
static inline char hear(void) {
  char letter = 'E';
  ssize_t count;
  do count = read(channel, &letter, 1);
  while (count < 0 && errno == EINTR);
  return count == 1 ? letter : 'E';
}

static inline void nap(long microseconds) {
  struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
  nanosleep(&time, NULL);
}

/* The pids of the orphans of a batch, in memory that all of them share. */
static pid_t *batch_pids;

static inline void prepare_orphans(void) {
  batch_pids = mmap(NULL, batch_limit * sizeof *batch_pids, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  check(batch_pids != MAP_FAILED);
  /* So that nap() is as short as it says. */
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

/* Makes `count` orphans that exist, blocked, until all of them are let go at once; returns when PID 1 has reaped the last.
 * Each is forked by a process in between that exits first, so that the orphan's parent is PID 1 before it ends. */
static inline void make_orphans(int count) {
  int gate[2];
  check(count <= batch_limit && pipe(gate) == 0);
  pid_t between = fork();
  check(between >= 0);
  if (between == 0) {
    close(gate[1]);
    for (int i = 0; i < count; i++) {
      pid_t orphan = fork();
      check(orphan >= 0);
      if (orphan == 0) {
        char nothing;
        check(read(gate[0], &nothing, 1) == 0);
        _exit(0);
      }
      batch_pids[i] = orphan;
    }
    _exit(0);
  }
  int status;
  close(gate[0]);
  check(waitpid(between, &status, 0) == between && status == 0);
  close(gate[1]);
  for (int i = 0; i < count; i++)
    while (kill(batch_pids[i], 0) == 0) nap(count == 1 ? 20 : 200);
}

#endif
