#include "cold.h"

#include <elf.h>
#include <limits.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int64_t result_of(int64_t result) { return result < 0 ? -errno : result; }

int32_t csys_open(const char *path, int32_t flags) { return (int32_t)result_of(open(path, flags)); }
int64_t csys_read(int32_t fd, void *buffer, size_t count) { return result_of(read(fd, buffer, count)); }
int64_t csys_write(int32_t fd, const void *buffer, size_t count) { return result_of(write(fd, buffer, count)); }
// The descriptor is others' too, so its flags stay; a terminal that can be written to may still have no room for a line. So a socket is
// asked not to wait, and anything else is opened again for this line; but a file, which never makes one wait, and in which the place for
// the next line is shared with whoever else writes to it.
void csys_say(const void *buffer, size_t count) {
  if (send(2, buffer, count, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || errno != ENOTSOCK) return;
  struct stat file;
  int is_file = fstat(2, &file) == 0 && S_ISREG(file.st_mode);
  int fd = is_file ? -1 : open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_APPEND);
  if (fd < 0 && csys_poll(2, -1, POLLOUT, 0) <= 0) return;
  int out = fd < 0 ? 2 : fd;
  // A terminal says EAGAIN while another process writes to it, whatever room it has. A line that nobody takes is lost, the container is not.
  for (int turn = 0; turn < 64 && write(out, buffer, count) < 0 && errno == EAGAIN && csys_poll(out, -1, POLLOUT, 0) > 0; turn++)
    sched_yield();
  if (fd >= 0) close(fd);
}

int32_t csys_close(int32_t fd) { return (int32_t)result_of(close(fd)); }
int64_t csys_splice(int32_t from, int32_t to, size_t count) { return result_of(syscall(SYS_splice, from, NULL, to, NULL, count, 2)); }
int32_t csys_duplicate(int32_t from, int32_t to) { return (int32_t)result_of(dup2(from, to)); }
int32_t csys_duplicate_above(int32_t from, int32_t least) { return (int32_t)result_of(fcntl(from, F_DUPFD_CLOEXEC, least)); }
int32_t csys_fd_is_open(int32_t fd) { return fcntl(fd, F_GETFD) >= 0; }
int64_t csys_read_link(const char *path, char *buffer, size_t count) { return result_of(readlink(path, buffer, count)); }
int32_t csys_chdir(const char *path) { return (int32_t)result_of(chdir(path)); }

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

__attribute__((noinline)) static int close_listed(int32_t first) {
  struct csys_pid_scan scan = {.fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (scan.fd < 0) return 0;
  // The list is made anew after each round: closing while reading it may skip entries.
  for (int closed = 1; closed;) {
    closed = 0;
    for (int32_t fd; (fd = csys_next_pid(&scan)) > 0;)
      if (fd >= first && fd != scan.fd) closed += close(fd) == 0;
    lseek(scan.fd, 0, SEEK_SET);
    scan.position = scan.length = 0;
  }
  close(scan.fd);
  return 1;
}

// Out of line, as is the scan above: their buffers would be pages of the stack in every start.
__attribute__((noinline)) static void close_up_to_limit(int32_t first) {
  struct rlimit limit;
  rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < 1 << 20 ? limit.rlim_max : 1 << 20;
  // poll(2) tells of 256 descriptors at a time which are open; it accepts no more of them than the soft limit.
  struct pollfd fds[256];
  for (rlim_t base = (rlim_t)first; base < end; base += 256) {
    for (int i = 0; i < 256; i++) fds[i] = (struct pollfd){.fd = (int)base + i};
    int known = poll(fds, 256, 0) >= 0;
    for (int i = 0; i < 256; i++)
      if (!known || !(fds[i].revents & POLLNVAL)) close((int)base + i);
  }
}

void csys_close_from(int32_t first) {
  if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
  if (!close_listed(first)) close_up_to_limit(first);
}

int32_t csys_poll(int32_t fd0, int32_t fd1, int32_t events, int64_t timeout) {
  struct pollfd fds[2] = {{.fd = fd0, .events = (short)events}, {.fd = fd1, .events = (short)events}};
  struct timespec limit = {.tv_sec = timeout / 1000000000, .tv_nsec = timeout % 1000000000};
  return (int32_t)result_of(syscall(SYS_ppoll, fds, fd1 < 0 ? 1 : 2, timeout < 0 ? NULL : &limit, NULL, 0));
}

int32_t csys_stat(const char *path, struct csys_file_status *status) {
  struct stat raw;
  if (stat(path, &raw) < 0) return -errno;
  *status = (struct csys_file_status){.device = raw.st_dev, .inode = raw.st_ino, .mode = raw.st_mode};
  return 0;
}

int32_t csys_wait(int32_t pid, enum csys_wait_options options, int32_t *status) {
  return (int32_t)result_of(wait4(pid, status, __WALL | (options == CSYS_WAIT_POLL ? WNOHANG | WUNTRACED : 0), NULL));
}

int32_t csys_kill(int32_t pid, int32_t signal) { return (int32_t)result_of(kill(pid, signal)); }

int64_t csys_now(void) {
  struct timespec now = {0};
  if (clock_gettime(CLOCK_BOOTTIME, &now) < 0) clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int32_t csys_become_subreaper(void) { return (int32_t)result_of(prctl(PR_SET_CHILD_SUBREAPER, 1)); }
int32_t csys_set_parent_death_signal(int32_t signal) { return (int32_t)result_of(prctl(PR_SET_PDEATHSIG, signal)); }
int32_t csys_pidfd_open(int32_t pid) { return (int32_t)result_of(syscall(SYS_pidfd_open, pid, 0)); }

int32_t csys_terminal_foreground(int32_t fd) {
  int32_t group = 0;
  return ioctl(fd, TIOCGPGRP, &group) < 0 ? -errno : group;
}

int32_t csys_terminal_set_foreground(int32_t fd, int32_t group) { return (int32_t)result_of(ioctl(fd, TIOCSPGRP, &group)); }

int32_t csys_drain(int32_t fd) { return (int32_t)result_of(ioctl(fd, TCSBRK, 1)); }
int32_t csys_terminal_release(int32_t fd) { return (int32_t)result_of(ioctl(fd, TIOCNOTTY)); }

int32_t csys_next_pid(struct csys_pid_scan *scan) {
  struct entry {  // struct linux_dirent64
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
  };
  for (;;) {
    if (scan->position >= scan->length) {
      long count = syscall(SYS_getdents64, scan->fd, scan->buffer, sizeof scan->buffer);
      if (count <= 0) return count < 0 ? -errno : 0;
      scan->position = 0;
      scan->length = (int32_t)count;
    }
    const struct entry *entry = (const void *)((const char *)scan->buffer + scan->position);
    scan->position += entry->length;
    int64_t pid = 0;
    const char *digit = entry->name;
    while (*digit >= '0' && *digit <= '9' && pid < INT_MAX) pid = pid * 10 + (*digit++ - '0');
    if (!*digit && pid > 0 && pid <= INT_MAX) return (int32_t)pid;
  }
}

struct csys_cold *csys_cold(void) {
  static struct csys_cold *block;
  if (!block) {
    void *memory = mmap(NULL, sizeof *block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory != MAP_FAILED) block = memory;
  }
  return block;
}

// The advice makes a part a mapping of its own, or the kernel would bring all of it back with the first page of the rest: it maps large
// folios whole.
static void give_back(char *begin, const char *end) {
  if (begin == end) return;
  madvise(begin, (size_t)(end - begin), MADV_RANDOM);
  madvise(begin, (size_t)(end - begin), MADV_DONTNEED);
}

void csys_free_init_memory(void) {
  const uintptr_t page = 4096;
  // toolsets/init-text.ld sets these; the ordinary build has none.
#define LINKED extern __attribute__((weak, visibility("hidden"))) char
  LINKED __init_begin[], __init_end[], __init_rodata_begin[], __init_rodata_end[];
  give_back(__init_begin, __init_end);
  give_back(__init_rodata_begin, __init_rodata_end);
  // The stack below this frame and its calls. ENOMEM says that not all of the range is mapped; what is, is given back.
  const uintptr_t stack = ((uintptr_t)__builtin_frame_address(0) - 512) & -page;
  madvise((void *)(stack - 32 * page), 32 * page, MADV_DONTNEED);
  if (csys_cold()) madvise(csys_cold(), sizeof(struct csys_cold), MADV_DONTNEED);
}

const char *csys_executed_path(void) { return (const char *)getauxval(AT_EXECFN); }

int32_t csys_elf_machine(void) {
#if defined(__x86_64__)
  return EM_X86_64;
#elif defined(__aarch64__)
  return EM_AARCH64;
#elif defined(__riscv)
  return EM_RISCV;
#else
  return 0;
#endif
}
