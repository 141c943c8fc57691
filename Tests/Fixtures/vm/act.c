// What the tests of machines run in them: `act WORD …` does one thing, as its cases below say. As the first program of a machine, it looks
// around as `act look` does and ends the machine.
//
// What it says are lines `@ NAME VALUE…`, a write(2) each. Nothing is waited for without a bound.
#define _GNU_SOURCE
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

extern char **environ;

static void say(const char *format, ...) {
  char line[4096] = "@ ";
  va_list values;
  va_start(values, format);
  int length = vsnprintf(line + 2, sizeof line - 3, format, values) + 2;
  va_end(values);
  if (length > (int)sizeof line - 2) length = sizeof line - 2;
  line[length++] = '\n';
  for (int done = 0; done < length;) {
    ssize_t count = write(1, line + done, (size_t)(length - done));
    if (count <= 0) return;
    done += (int)count;
  }
}

static void say_words(const char *name, char **words) {
  for (; *words; words++) {
    char text[2048];
    size_t length = 0;
    for (const unsigned char *byte = (const unsigned char *)*words; *byte && length < sizeof text - 5; byte++) {
      if (*byte < ' ' || *byte > '~' || *byte == '\\') length += (size_t)sprintf(text + length, "\\x%02x", *byte);
      else text[length++] = (char)*byte;
    }
    text[length] = 0;
    say("%s [%s]", name, text);
  }
}

static void say_lines(const char *name, const char *path, const char *only) {
  FILE *file = fopen(path, "re");
  char line[2048];
  if (!file) say("%s ? %s", name, strerror(errno));
  while (file && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    if (!only || strncmp(line, only, strlen(only)) == 0) say("%s %s", name, line);
  }
  if (file) fclose(file);
}

static void say_fds(void) {
  for (int fd = 0; fd < 1024; fd++) {
    int flags = fcntl(fd, F_GETFD), status = fcntl(fd, F_GETFL);
    if (flags < 0) continue;
    char link[64], name[512] = "?";
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length >= 0) name[length] = 0;
    say("fd %d %s flags %#o cloexec %d", fd, name, (unsigned)status, (flags & FD_CLOEXEC) != 0);
  }
}

static void say_names(const char *name, const char *path) {
  DIR *directory = opendir(path);
  struct dirent *entry;
  if (!directory) say("%s ? %s", name, strerror(errno));
  while (directory && (entry = readdir(directory)))
    if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) say("%s %s", name, entry->d_name);
  if (directory) closedir(directory);
}

static void state(char **argv) {
  say_words("argv", argv);
  say_words("env", environ);
  say_fds();
  char text[4096];
  say("cwd %s", getcwd(text, sizeof text) ? text : "?");
  pid_t terminal = -1;
  if (ioctl(0, TIOCGSID, &terminal) != 0) terminal = -1;
  say("ids pid %d ppid %d leader %d group-leader %d uid %d gid %d", getpid(), getppid(), getsid(0) == getpid(), getpgid(0) == getpid(),
      getuid(), getgid());
  int own = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  say("tty own %d session %d foreground %d", own >= 0, terminal == getsid(0), tcgetpgrp(0) == getpgid(0));
  if (own >= 0) close(own);
  say_lines("status", "/proc/self/status", "Sig");
  say_lines("status", "/proc/self/status", "Shd");
}

static void look(char **argv) {
  // Not a helper's mount: a root that got none of swinit's has none.
  struct statfs system;
  struct stat root;
  if (statfs("/", &system) == 0 && stat("/", &root) == 0)
    say("root type %#lx device %u:%u flags %#lx", (unsigned long)system.f_type, major(root.st_dev), minor(root.st_dev),
        (unsigned long)system.f_flags);
  int file = open("/written", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  say("write %s", file >= 0 ? "yes" : strerror(errno));
  if (file >= 0) close(file);
  state(argv);
  say_lines("mount", "/proc/self/mountinfo", NULL);
  say_lines("memory", "/proc/meminfo", "Mem");
  say_lines("memory", "/proc/meminfo", "Unevictable");
  say_lines("memory", "/proc/meminfo", "Cached");
  say_lines("memory", "/proc/meminfo", "Shmem:");
  say_lines("module", "/proc/modules", NULL);
  say_names("name", "/");
  say_names("dev", "/dev");
}

static _Noreturn void end_machine(void) {
  sync();
  ioctl(1, TCSBRK, 1);
  // Not RB_POWER_OFF, which a machine without ACPI answers by standing still.
  reboot(RB_AUTOBOOT);
  _exit(1);
}

static volatile sig_atomic_t got;
static void note(int signal) { got = signal; }

static void handle(int number) {
  struct sigaction action = {.sa_handler = note};
  sigaction(number, &action, NULL);
}

// A process whose parent has gone, with all its signals as they were; returns in that process alone.
static int orphan(void) {
  pid_t child = fork();
  if (child == 0) {
    pid_t parent = getpid();
    if (fork() != 0) _exit(0);
    while (getppid() == parent) usleep(1000);
    return 1;
  }
  waitpid(child, NULL, 0);
  return 0;
}

// How many processes have ended and are waited for by nobody.
static int zombies(void) {
  int count = 0;
  DIR *directory = opendir("/proc");
  struct dirent *entry;
  while (directory && (entry = readdir(directory))) {
    char path[300], line[512] = "";
    snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
    FILE *file = *entry->d_name >= '1' && *entry->d_name <= '9' ? fopen(path, "re") : NULL;
    if (!file) continue;
    if (fgets(line, sizeof line, file)) {
      char *end = strrchr(line, ')');
      count += end && end[2] == 'Z';
    }
    fclose(file);
  }
  if (directory) closedir(directory);
  return count;
}

// A real fault in PID 1: its next instruction is at an address that nothing is mapped at.
static int crash_init(void) {
  struct user_regs_struct registers;
  struct iovec block = {.iov_base = &registers, .iov_len = sizeof registers};
  if (ptrace(PTRACE_SEIZE, 1, 0, 0) != 0 || ptrace(PTRACE_INTERRUPT, 1, 0, 0) != 0 || waitpid(1, NULL, __WALL) != 1) return 97;
  if (ptrace(PTRACE_GETREGSET, 1, NT_PRSTATUS, &block) != 0) return 97;
#if defined(__x86_64__)
  registers.rip = 1;
  registers.orig_rax = (unsigned long long)-1;  // no system call to take up again
#elif defined(__aarch64__)
  registers.pc = 1;
#endif
  return ptrace(PTRACE_SETREGSET, 1, NT_PRSTATUS, &block) != 0 || ptrace(PTRACE_DETACH, 1, 0, 0) != 0 ? 97 : 0;
}

// Whether the file's first line is `line`.
static int is_line(const char *path, const char *line) {
  char text[256] = "";
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  if (fgets(text, sizeof text, file)) text[strcspn(text, "\n")] = 0;
  fclose(file);
  return !strcmp(text, line);
}

int main(int argc, char **argv) {
  if (getpid() == 1) {
    look(argv);
    say("end");
    end_machine();
  }
  const char *word = argc > 1 ? argv[1] : "";
  const char *value = argc > 2 ? argv[2] : "";
  int number = atoi(value);

  if (!strcmp(word, "state")) {
    state(argv);
  } else if (!strcmp(word, "look")) {
    look(argv);
  } else if (!strcmp(word, "exit")) {  // exit N
    return number;
  } else if (!strcmp(word, "signal")) {  // signal N: ends by it
    signal(number, SIG_DFL);
    kill(getpid(), number);
    return 98;
  } else if (!strcmp(word, "sleep")) {  // sleep: for ever, in the tests' eyes
    say("sleeps");
    sleep(3600);
  } else if (!strcmp(word, "stubborn")) {  // stubborn: sleeps, and only KILL ends it
    for (int other = 1; other <= 64; other++) signal(other, SIG_IGN);
    say("sleeps");
    for (;;) sleep(3600);
  } else if (!strcmp(word, "bytes")) {  // bytes N: 16 N bytes in lines that say where they are
    for (int line = 0; line < number; line++) {
      char text[32];
      snprintf(text, sizeof text, "#%05d abcdefgh\n", line);
      if (write(1, text, 16) != 16) return 97;
    }
  } else if (!strcmp(word, "raw")) {  // raw: one line with every byte but those that a terminal changes
    unsigned char line[258];
    int length = 0;
    for (int byte = 1; byte < 256; byte++)
      if (byte != '\n' && byte != '\r' && byte != '\t') line[length++] = (unsigned char)byte;
    line[length++] = '\n';
    return write(1, "<raw>", 5) != 5 || write(1, line, (size_t)length) != length;
  } else if (!strcmp(word, "partial")) {  // partial: a line that does not end
    return write(1, "no newline", 10) != 10;
  } else if (!strcmp(word, "panic")) {  // panic: the kernel's, by its own request key
    mount("proc", "/proc", "proc", 0, NULL);
    int trigger = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);
    say("panics");
    if (write(trigger, "c", 1) != 1) say("no panic: %s", strerror(errno));
    return 97;
  } else if (!strcmp(word, "fault")) {  // fault: SIGSEGV to PID 1, which a kernel does not hand to its init
    kill(1, SIGSEGV);
    return number;
  } else if (!strcmp(word, "crash-init")) {  // crash-init: PID 1 goes on where no instruction is
    return crash_init();
  } else if (!strcmp(word, "hurry")) {  // hurry: Ctrl-Alt-Del's signal, and once more when the end is under way; only KILL ends this
    for (int other = 1; other <= 64; other++) signal(other, SIG_IGN);
    kill(1, SIGINT);
    for (int turn = 0; turn < 2000 && !is_line("/run/swinit/system_state", "SYSTEM_RESTART"); turn++) usleep(1000);
    kill(1, SIGINT);
    for (;;) sleep(3600);
  } else if (!strcmp(word, "orphans")) {  // orphans N: N processes end as orphans; says how many are left
    for (int index = 0; index < number; index++)
      if (orphan()) _exit(3);
    int left = 1;
    for (int turn = 0; turn < 500 && (left = zombies()) > 0; turn++) usleep(10000);
    say("zombies %d", left);
  } else if (!strcmp(word, "leave") || !strcmp(word, "leave-stubborn")) {
    // leave N: an orphan outlives this, which ends with N. It says what ends it; with -stubborn only KILL does.
    int ready[2];
    char byte = 0;
    if (pipe2(ready, O_CLOEXEC) != 0) return 97;
    if (orphan()) {
      // The end of the session's leader hangs the terminal up: a SIGHUP, which is another matter.
      signal(SIGHUP, SIG_IGN);
      if (word[5]) signal(SIGTERM, SIG_IGN);
      else handle(SIGTERM);
      if (write(ready[1], &byte, 1) != 1) _exit(97);
      for (int turn = 0; turn < 2000 && !got; turn++) usleep(10000);
      // Its descriptors of the terminal are dead, for the same reason.
      int console = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
      dup2(console, 1);
      say("orphan got %d", (int)got);
      _exit(5);
    }
    close(ready[1]);
    return read(ready[0], &byte, 1) == 1 ? number : 97;
  } else if (!strcmp(word, "write")) {  // write PATH TEXT
    int file = open(value, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    const char *text = argc > 3 ? argv[3] : "";
    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text)) return 1;
  } else if (!strcmp(word, "read")) {  // read PATH
    say_lines("text", value, NULL);
  } else {
    say("not known: %s", word);
    return 96;
  }
  return 0;
}
