// CSys: the C that Swift cannot say. Only the module Sys imports it.
//
// Everything here is safe to call in PID 1: no allocation, no locks, no stdio. Functions that mirror a system call return its
// result or -errno, as the kernel does. Signal sets are the kernel's 64 bits (bit n-1 is signal n), not libc's sigset_t:
// libc hides the signals it keeps for itself, and an init has to see all of them.
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// Constants that the two libcs give different Swift types.
enum : int32_t {
  CSYS_O_RDONLY = O_RDONLY,
  CSYS_O_RDWR = O_RDWR,
  CSYS_O_NOCTTY = O_NOCTTY,
  CSYS_O_CLOEXEC = O_CLOEXEC,
  CSYS_O_DIRECTORY = O_DIRECTORY,
  CSYS_O_NONBLOCK = O_NONBLOCK,
  CSYS_O_NOFOLLOW = O_NOFOLLOW,
};

enum : uint32_t { CSYS_S_IFMT = S_IFMT, CSYS_S_IFDIR = S_IFDIR, CSYS_S_IFREG = S_IFREG, CSYS_S_IFBLK = S_IFBLK };

// ---- signals.c ----

struct csys_siginfo {
  int32_t signal;
  int32_t code;  // si_code: <= 0 when a process sent it, > 0 when the kernel did
  int32_t pid;   // of the sender; 0 when it lives in an ancestor pid namespace
  int32_t uid;
};

/// rt_sigprocmask(2), SIG_SETMASK. Returns the mask that was set before.
uint64_t csys_set_signal_mask(uint64_t mask);

/// rt_sigtimedwait(2) for the signals of `set`; `timeout` in nanoseconds, negative for none.
/// Returns the signal's number, or -EAGAIN when the time is over, or -EINTR after a handler ran.
int32_t csys_wait_signal(uint64_t set, int64_t timeout, struct csys_siginfo *info);

/// rt_sigaction(2) to SIG_DFL or SIG_IGN. Returns 1 when the signal was ignored before, 0 when not, -errno on failure.
enum csys_disposition : int32_t { CSYS_DEFAULT = 0, CSYS_IGNORE = 1 };
int32_t csys_set_disposition(int32_t signal, enum csys_disposition disposition);

/// rt_sigaction(2) to a handler on the alternate stack. Returns as csys_set_disposition.
int32_t csys_set_handler(int32_t signal, void (*handler)(int, siginfo_t *, void *));

/// signalfd4(2), close-on-exec and non-blocking. It is polled only; signals are taken by csys_wait_signal.
int32_t csys_signal_fd(uint64_t set);

// ---- fault.c ----

/// Called on the fault handler's own stack when this process has trapped. Must not return.
typedef void (*csys_fault_report)(int32_t signal, int32_t code, uint64_t address, uint64_t instruction);

/// Catches the seven fault signals (CSYS_FAULT_SIGNALS), which stay unblocked. One that the processor raised is reported; one
/// that somebody sent with kill(2) is kept for csys_take_sent_faults, and SIGCHLD is sent to this process to wake its wait.
/// Returns those of the seven that were ignored before.
#define CSYS_BIT(n) (UINT64_C(1) << ((n) - 1))
static const uint64_t CSYS_FAULT_SIGNALS = CSYS_BIT(SIGILL) | CSYS_BIT(SIGTRAP) | CSYS_BIT(SIGABRT) | CSYS_BIT(SIGBUS) |
                                           CSYS_BIT(SIGFPE) | CSYS_BIT(SIGSEGV) | CSYS_BIT(SIGSYS);
uint64_t csys_catch_faults(csys_fault_report report);

/// The fault signals that were sent with kill(2) since the last call.
uint64_t csys_take_sent_faults(void);

// ---- spawn.c ----

/// Where a child that could not be started stopped. The order is the order of the steps.
enum csys_stage : int32_t {
  CSYS_STAGE_NONE = 0,
  CSYS_STAGE_FORK,
  CSYS_STAGE_SETGROUPS,
  CSYS_STAGE_SETGID,
  CSYS_STAGE_SETUID,
  CSYS_STAGE_CHDIR,
  CSYS_STAGE_EXEC,
};

/// The process group and terminal of a child.
enum csys_group : int32_t {
  CSYS_GROUP_INHERIT = 0,
  CSYS_GROUP_NEW,      // setpgid(0, 0), and the terminal's foreground where `terminal` is a descriptor
  CSYS_GROUP_SESSION,  // setsid(), and the terminal as its controlling one where `terminal` is a descriptor
};

enum : int32_t { CSYS_PATH_SIZE = 4096 };

struct csys_spawn {
  // in
  const char *file;           // a path when it holds a '/', else looked for in `search`
  const char *search;         // as $PATH
  char *const *arguments;     // NULL-terminated
  char *const *environment;   // NULL-terminated
  uint64_t mask;              // signal mask that the program starts with
  uint64_t ignored;           // signals that the program starts with ignored
  enum csys_group group;
  int32_t terminal;           // descriptor or -1
  const char *stdio;          // opened on 0-2, with a session as its controlling terminal, or NULL
  const char *directory;      // chdir(2), or NULL
  const uint32_t *groups;     // supplementary groups
  int32_t group_count;        // -1: identity stays as it is
  uint32_t uid, gid;
  int32_t shell_for_text;     // ENOEXEC: /bin/sh runs it, as execvp(3) has it
  int32_t program;            // an open file that is executed in place of `file`, or 0
  const int32_t *descriptors; // four, from 4 on, that become descriptors 0 to 3, or NULL
  char *pid_slots[2];         // where the child's own pid is written in decimal (LISTEN_PID, WATCHDOG_PID), or NULL
  // out
  volatile enum csys_stage stage;
  volatile int32_t error;
  char *path;                 // the file that was executed or that failed
  size_t path_size;
};

/// Starts a program in a child: vfork semantics, so the caller goes on when the program runs or has failed to.
/// Call it with all signals blocked. Returns the pid, or -errno with `stage` and `error` set and nothing left behind.
int32_t csys_spawn(struct csys_spawn *spawn);

/// The one form of a process, and its `path`: there is one spawn at a time.
struct csys_spawn *csys_spawn_form(void);
const char *csys_spawn_path(void);

/// The child's path without the child: the program takes this process's place. Returns -errno only on failure.
int32_t csys_exec(struct csys_spawn *spawn);

// ---- system.c ----

int32_t csys_open(const char *path, int32_t flags);
int64_t csys_read(int32_t fd, void *buffer, size_t count);
int64_t csys_write(int32_t fd, const void *buffer, size_t count);
void csys_say(const void *buffer, size_t count);  // to descriptor 2, never blocking
int32_t csys_close(int32_t fd);
int64_t csys_splice(int32_t from, int32_t to, size_t count);  // splice(2) between pipes; never waits
int32_t csys_duplicate(int32_t from, int32_t to);  // dup2(2)
int32_t csys_duplicate_above(int32_t from, int32_t least);  // fcntl(2) F_DUPFD_CLOEXEC
int32_t csys_fd_is_open(int32_t fd);
int64_t csys_read_link(const char *path, char *buffer, size_t count);
int32_t csys_chdir(const char *path);

/// close_range(2) from `first` on; where it is refused, /proc/self/fd, and without /proc each number up to the limit.
void csys_close_from(int32_t first);

/// poll(2) on up to two descriptors (-1: none) for `events`, `timeout` in nanoseconds or negative. Returns as poll(2).
int32_t csys_poll(int32_t fd0, int32_t fd1, int32_t events, int64_t timeout);

struct csys_file_status {
  uint64_t device, inode;
  uint32_t mode;
};
int32_t csys_stat(const char *path, struct csys_file_status *status);

/// wait4(2) for any child (pid -1) or one, with WNOHANG | WUNTRACED | __WALL as asked. 0: none has changed. -ECHILD: none is left.
enum csys_wait_options : int32_t { CSYS_WAIT_BLOCK = 0, CSYS_WAIT_POLL = 1 };
int32_t csys_wait(int32_t pid, enum csys_wait_options options, int32_t *status);

int32_t csys_kill(int32_t pid, int32_t signal);
int64_t csys_now(void);  // CLOCK_BOOTTIME, nanoseconds; CLOCK_MONOTONIC where that is missing

int32_t csys_become_subreaper(void);
int32_t csys_set_parent_death_signal(int32_t signal);
int32_t csys_pidfd_open(int32_t pid);

/// The process groups of a terminal: -errno, 0 when the group is in another pid namespace.
int32_t csys_terminal_foreground(int32_t fd);
int32_t csys_terminal_set_foreground(int32_t fd, int32_t group);
int32_t csys_drain(int32_t fd);  // tcdrain(3)
int32_t csys_terminal_release(int32_t fd);  // TIOCNOTTY

/// getdents64(2) on a directory of processes: the next pid from `state`, or 0 at its end, or -errno. Names that are no number are skipped.
struct csys_pid_scan {
  int32_t fd;
  int32_t position, length;
  uint64_t buffer[128];
};
int32_t csys_next_pid(struct csys_pid_scan *state);

/// Gives back the pages of code that was needed to start only, of the stack below the caller, and the path of the last spawn,
/// madvise(2) MADV_DONTNEED. What is used again comes back from the page cache.
void csys_free_init_memory(void);

// ---- machine.c: what only the init of a machine calls ----

enum : unsigned long { CSYS_MS_MOVE = MS_MOVE, CSYS_MS_REMOUNT = MS_REMOUNT, CSYS_MS_BIND = MS_BIND };
enum : int32_t {
  CSYS_MNT_DETACH = MNT_DETACH,
  CSYS_RB_POWER_OFF = (int32_t)RB_POWER_OFF,
  CSYS_RB_AUTOBOOT = (int32_t)RB_AUTOBOOT,
  CSYS_RB_HALT_SYSTEM = (int32_t)RB_HALT_SYSTEM,
  CSYS_RB_DISABLE_CAD = (int32_t)RB_DISABLE_CAD,
  CSYS_RB_ENABLE_CAD = (int32_t)RB_ENABLE_CAD,
  CSYS_RB_KEXEC = (int32_t)RB_KEXEC,
  CSYS_MODULE_COMPRESSED = 4,  // MODULE_INIT_COMPRESSED_FILE
};
int32_t csys_errno(void);
/// syscall(2), for those that libc has no function for, or one that does less: the result or -errno.
int64_t csys_call(int32_t number, intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e);
int64_t csys_statfs_type(const char *path);
const char *csys_entry_name(const struct dirent *entry);
void csys_remove_tree_on_device(void);
int32_t csys_open_at(int32_t fd, const char *path, int32_t flags);
int32_t csys_write_port(uint16_t port, uint8_t value);
int32_t csys_ioctl(int32_t fd, unsigned long request, void *argument);
int32_t csys_signal_when_ready(int32_t fd);  // O_NONBLOCK, and SIGIO to this process, fcntl(2) O_ASYNC
/// A netlink(7) socket that hears the kernel's uevents, or -errno.
int32_t csys_uevent_socket(void);

/// getauxval(3) AT_EXECFN: the path this program was executed by, or NULL.
const char *csys_executed_path(void);
/// EM_… of this build (elf.h).
int32_t csys_elf_machine(void);

// What the static build's linker makes of these two's own, where what stands before them is called by their names (--wrap).
int __real_posix_memalign(void **result, size_t alignment, size_t size);
void __real_free(void *object);
