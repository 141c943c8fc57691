/// The part of the benchmark that has to be exact: starting a program with as little around it as posix_spawn(3) has, in a new
/// pid namespace if asked, and the clock readings right before and right after.
#ifndef CBENCH_H
#define CBENCH_H

#include <stdint.h>
#include <sys/types.h>

/// The descriptor on which a payload finds its channel to the harness.
#define BENCH_CHANNEL 3

/// A program to start. Its standard streams are `null`; nothing else is inherited but the channel.
struct bench_command {
  const char *file;
  char *const *arguments;
  char *const *environment;
  /// An open /dev/null.
  int null;
  /// What becomes descriptor BENCH_CHANNEL; -1 for none.
  int channel;
  /// Not 0: the program is PID 1 of a new pid namespace.
  int new_pid_namespace;
};

/// How a program ended, and what it took.
struct bench_exit {
  /// From right before clone(2) to right after wait4(2), in nanoseconds of CLOCK_MONOTONIC.
  int64_t wall_nanoseconds;
  /// Page faults without input or output, of the program and of what it has waited for.
  int64_t minor_faults;
  /// As wait4(2) gives it.
  int wait_status;
};

/// Moves the caller into a pid namespace with a /proc of its own, so that no init that is measured, however wrong, can reach a
/// process outside, and nothing outlives the harness. Returns 0 there, as a process that is not PID 1; the process that called
/// waits for its end and exits with its code. An errno where that cannot be had. To be called while there is one thread.
int bench_isolate(void);

/// CLOCK_MONOTONIC in nanoseconds.
int64_t bench_now(void);

/// The processor's own clock, as a guest of QEMU's without an accelerator sees it less a constant; nanoseconds where it has none.
int64_t bench_ticks(void);

/// Starts the program with vfork(2) semantics: at return it runs. 0, or the errno of what failed.
int bench_start(const struct bench_command *command, pid_t *pid);

/// Starts the program and waits for its end. 0, or the errno of what failed.
int bench_run(const struct bench_command *command, struct bench_exit *result);

/// Waits for the end of a program. 0, or the errno of what failed.
int bench_wait(pid_t pid, int *wait_status);

/// WEXITSTATUS of a wait status when it tells of an exit, else 128 + WTERMSIG.
int bench_exit_code(int wait_status);

#endif
