// probe: one tool with many small jobs for the black-box tests. See main.c for the list.
#ifndef PROBE_H
#define PROBE_H

#include <stdint.h>

// Says what failed, with errno's text, and exits with 99, a code that no test expects.
_Noreturn void fail(const char *what);
_Noreturn void usage(const char *text);

// The words after the first "--"; fails when there are none.
char **rest(char **argv);
// Executes the words after the first "--" in place of this process.
_Noreturn void exec_rest(char **argv);

long number(const char *text);
// Calls `each` with every number of "1,2,3".
void each_number(const char *list, void (*each)(long));

// Signals by raw system calls: libc keeps 32 and 33 to itself.
typedef uint64_t signal_set;
#define SIGNAL_BIT(n) (1ULL << ((n) - 1))
#define ALL_SIGNALS (~0ULL)
signal_set set_mask(signal_set mask);
signal_set get_mask(void);
uintptr_t disposition(int signal);
void set_disposition(int signal, uintptr_t handler);
// Waits for one of `mask`, at most `seconds` (negative: for ever). The number, or 0 at the end of the time.
int wait_signal(signal_set mask, int seconds);

// A line on stdout at once, in one write.
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

int run_state(char **argv);
int run_ns(char **argv);
int run_middle(char **argv);
int run_early(char **argv);
int run_crash(char **argv);
int run_loop(char **argv);
int run_killat(char **argv);
int run_killexec(char **argv);

int wrap_closed(char **argv);
int wrap_open(char **argv);
int wrap_listen(char **argv);
int wrap_block(char **argv);
int wrap_ignore(char **argv);
int wrap_zombies(char **argv);
int wrap_children(char **argv);
int wrap_limit(char **argv);
int wrap_umask(char **argv);
int wrap_chdir(char **argv);
int wrap_user(char **argv);
int wrap_nnp(char **argv);
int wrap_root(char **argv);
int wrap_readonly(char **argv);
int wrap_hide(char **argv);
int wrap_dev(char **argv);
int wrap_bind(char **argv);
int wrap_tty(char **argv);
int wrap_argv0(char **argv);
int wrap_seccomp(char **argv);
int wrap_nice(char **argv);
int wrap_joins(char **argv);
int wrap_ids(char **argv);

int act_exit(char **argv);
int act_die(char **argv);
int act_hold(char **argv);
int act_signals(char **argv);
int act_pending(char **argv);
int act_orphans(char **argv);
int act_leave(char **argv);
int act_stdin(char **argv);
int act_notify(char **argv);
int act_watchdog(char **argv);
int act_threads(char **argv);

#endif
