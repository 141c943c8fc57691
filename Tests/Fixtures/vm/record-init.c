// As the first program of a kernel: says on the console what it was given and what it found, then ends the machine.
//
// A line is `@ NAME VALUE…`; bytes that are not printable ASCII, and '\', are written \xNN, so nothing is lost. The last line is `@ end`.
// Nothing is mounted, opened or changed before all of it is recorded; only then /proc is mounted, for `cmdline`.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

extern char **environ;

static char report[64 * 1024];
static FILE *out;

static void put_bytes(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte < ' ' || byte > '~' || byte == '\\') fprintf(out, "\\x%02x", byte);
    else fputc(byte, out);
  }
}

static void put_line(const char *name, const char *text) {
  fprintf(out, "@ %s ", name);
  put_bytes(text, strlen(text));
  fputc('\n', out);
}

static void put_fds(void) {
  for (int fd = 0; fd < 1024; fd++) {
    int flags = fcntl(fd, F_GETFD), status = fcntl(fd, F_GETFL);
    struct stat file;
    if (flags < 0 || fstat(fd, &file) != 0) continue;
    fprintf(out, "@ fd %d device %u:%u flags %#o cloexec %d\n", fd, major(file.st_rdev), minor(file.st_rdev), (unsigned)status,
            (flags & FD_CLOEXEC) != 0);
  }
  // One description if a flag that is set on one shows on the other.
  int before = fcntl(0, F_GETFL);
  fcntl(0, F_SETFL, before | O_NONBLOCK);
  fprintf(out, "@ one-description %d %d\n", (fcntl(1, F_GETFL) & O_NONBLOCK) != 0, (fcntl(2, F_GETFL) & O_NONBLOCK) != 0);
  fcntl(0, F_SETFL, before);
}

static void put_signals(void) {
  // The kernel's own sigset_t and struct sigaction: libc hides two signals.
  unsigned long mask = 0;
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof mask);
  fprintf(out, "@ mask %#lx\n", mask);
  fputs("@ ignored", out);
  for (int number = 1; number <= 64; number++) {
    struct { void *handler; unsigned long flags; void *restorer; unsigned long mask; } action = {0};
    if (syscall(SYS_rt_sigaction, number, NULL, &action, sizeof mask) == 0 && action.handler != NULL)
      fprintf(out, " %d%s", number, action.handler == (void *)1 ? "" : "(handler)");
  }
  fputc('\n', out);
  unsigned long pending = 0;
  syscall(SYS_rt_sigpending, &pending, sizeof pending);
  fprintf(out, "@ pending %#lx\n", pending);
}

static void put_limits(void) {
  for (int resource = 0; resource < RLIMIT_NLIMITS; resource++) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) continue;
    fprintf(out, "@ rlimit %d %lld %lld\n", resource, (long long)limit.rlim_cur, (long long)limit.rlim_max);
  }
}

static void put_kernel_log(void) {
  // What the kernel said about its init, whatever its log level.
  static char log[256 * 1024];
  int length = klogctl(3, log, sizeof log - 1);
  if (length <= 0) return;
  for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
    char *text = *line == '<' ? strchr(line, '>') : NULL;
    if (text && text[1] == '[') text = strstr(text, "] ");
    if (!text) continue;
    text += *text == ']' ? 2 : 1;
    if (strstr(text, "as init process") || strstr(text, "Failed to execute") || strstr(text, "Starting init:") ||
        strstr(text, "Unknown kernel command line") || strstr(text, "nable to open an initial console") ||
        strstr(text, "check access for rdinit"))
      put_line("log", text);
  }
}

static void put_kernel_line(void) {
  static char line[8192];
  mkdir("/proc", 0555);
  if (mount("proc", "/proc", "proc", 0, NULL) != 0) return;
  int file = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
  ssize_t length = read(file, line, sizeof line - 1);
  if (length > 0 && line[length - 1] == '\n') length--;
  fputs("@ cmdline ", out);
  if (length > 0) put_bytes(line, (size_t)length);
  fputc('\n', out);
  close(file);
}

int main(int argc, char **argv) {
  (void)argc;
  out = fmemopen(report, sizeof report, "w");
  for (char **word = argv; *word; word++) put_line("argv", *word);
  for (char **word = environ; *word; word++) put_line("env", *word);
  put_fds();
  put_signals();
  put_limits();
  char directory[4096] = "";
  put_line("cwd", syscall(SYS_getcwd, directory, sizeof directory) > 0 ? directory : "?");
  mode_t mask = umask(0);
  umask(mask);
  fprintf(out, "@ umask %04o\n", mask);
  fprintf(out, "@ ids pid %d ppid %d sid %d pgid %d uid %d gid %d groups %d\n", getpid(), getppid(), getsid(0), getpgid(0), getuid(), getgid(),
          getgroups(0, NULL));
  // No /dev/tty to open here: a foreground group of -1 is a terminal that controls nobody of this session.
  fprintf(out, "@ tty foreground %d dumpable %d securebits %#x nice %d\n", tcgetpgrp(0), prctl(PR_GET_DUMPABLE),
          (unsigned)prctl(PR_GET_SECUREBITS), getpriority(PRIO_PROCESS, 0));
  char name[16] = "";
  prctl(PR_GET_NAME, name);
  put_line("comm", name);
  put_kernel_log();
  put_kernel_line();
  fputs("@ end\n", out);
  fflush(out);

  // To the console as it is on fd 1; a kernel that could not open one still has its first serial port.
  int console = fcntl(1, F_GETFD) >= 0 ? 1 : -1;
  if (console < 0) {
    mknod("/ttyS0", S_IFCHR | 0600, makedev(4, 64));
    console = open("/ttyS0", O_WRONLY | O_NOCTTY | O_CLOEXEC);
  }
  for (const char *rest = report; *rest;) {
    ssize_t written = write(console, rest, strlen(rest));
    if (written <= 0) break;
    rest += written;
  }
  fsync(console);
  syscall(SYS_ioctl, console, 0x5409 /* TCSBRK: drain */, 1);
  // A reset, and not RB_POWER_OFF, which a machine without ACPI answers by standing still. QEMU's -no-reboot makes it an end.
  reboot(RB_AUTOBOOT);
  return 1;
}
