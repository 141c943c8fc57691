// Wrappers: each changes one thing of this process and then becomes the command behind "--".
#define _GNU_SOURCE
#include "probe.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void close_one(long fd) { close((int)fd); }

int wrap_closed(char **argv) {
  each_number(argv[0], close_one);
  exec_rest(argv);
}

static void open_one(long fd) {
  int zero = open("/dev/zero", O_RDONLY);
  if (zero < 0 || dup2(zero, (int)fd) < 0) fail("open");
  if (zero != fd) close(zero);
}

int wrap_open(char **argv) {
  each_number(argv[0], open_one);
  exec_rest(argv);
}

int wrap_listen(char **argv) {
  int count = (int)number(argv[0]);
  char text[32];
  for (int i = 0; i < count; i++) {
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un any = {.sun_family = AF_UNIX};  // the kernel picks an abstract name
    if (fd != 3 + i) {
      if (dup2(fd, 3 + i) < 0) fail("dup2");
      close(fd);
    }
    if (bind(3 + i, (struct sockaddr *)&any, sizeof any.sun_family) != 0 || listen(3 + i, 1) != 0) fail("listen");
  }
  snprintf(text, sizeof text, "%d", count);
  setenv("LISTEN_FDS", text, 1);
  snprintf(text, sizeof text, "%d", getpid());
  setenv("LISTEN_PID", text, 1);
  exec_rest(argv);
}

static void block_one(long signal) { set_mask(get_mask() | SIGNAL_BIT(signal)); }

int wrap_block(char **argv) {
  each_number(argv[0], block_one);
  exec_rest(argv);
}

static void ignore_one(long signal) { set_disposition((int)signal, (uintptr_t)SIG_IGN); }

int wrap_ignore(char **argv) {
  each_number(argv[0], ignore_one);
  exec_rest(argv);
}

int wrap_zombies(char **argv) {
  for (long n = number(argv[0]); n > 0; n--) {
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) _exit(0);
    siginfo_t info;
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0) fail("waitid");
  }
  exec_rest(argv);
}

int wrap_children(char **argv) {
  for (long n = number(argv[0]); n > 0; n--) {
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0)
      for (;;) pause();
  }
  exec_rest(argv);
}

int wrap_limit(char **argv) {
  int which = (int)number(argv[0]);
  struct rlimit limit = {.rlim_cur = (rlim_t)number(argv[1]), .rlim_max = (rlim_t)number(argv[2])};
  if (setrlimit(which, &limit) != 0) fail("setrlimit");
  exec_rest(argv);
}

int wrap_umask(char **argv) {
  umask((mode_t)strtol(argv[0], NULL, 8));
  exec_rest(argv);
}

int wrap_chdir(char **argv) {
  if (chdir(argv[0]) != 0) fail(argv[0]);
  exec_rest(argv);
}

int wrap_nice(char **argv) {
  if (setpriority(PRIO_PROCESS, 0, (int)number(argv[0])) != 0) fail("setpriority");
  exec_rest(argv);
}

int wrap_user(char **argv) {
  id_t id = (id_t)number(argv[0]);
  for (int capability = 0; capability < 64; capability++) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  if (setgroups(0, NULL) != 0 || setgid(id) != 0 || setuid(id) != 0) fail("setuid");
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {0};
  if (syscall(SYS_capset, &header, none) != 0) fail("capset");
  exec_rest(argv);
}

int wrap_ids(char **argv) {
  id_t id = (id_t)number(argv[0]);
  if (setresgid(id, id, id) != 0 || setresuid(id, id, id) != 0) fail("setresuid");
  exec_rest(argv);
}

int wrap_nnp(char **argv) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("no_new_privs");
  exec_rest(argv);
}

int wrap_root(char **argv) {
  char proc[4096];
  snprintf(proc, sizeof proc, "%s/proc", argv[0]);
  if (access(proc, F_OK) == 0 && mount("proc", proc, "proc", 0, NULL) != 0) fail(proc);
  if (chroot(argv[0]) != 0 || chdir("/") != 0) fail(argv[0]);
  exec_rest(argv);
}

int wrap_readonly(char **argv) {
  static const char *const always[] = {"/", "/dev", "/dev/pts", "/dev/shm", "/proc", "/sys"};
  for (unsigned i = 0; i < sizeof always / sizeof *always; i++)
    if (mount("none", always[i], NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) != 0 && i == 0) fail("remount /");
  exec_rest(argv);
}

int wrap_hide(char **argv) {
  if (mount("none", argv[0], "tmpfs", 0, "size=4k,mode=755") != 0) fail(argv[0]);
  exec_rest(argv);
}

int wrap_dev(char **argv) {
  static const struct { const char *name; unsigned major, minor; } nodes[] = {{"null", 1, 3}, {"zero", 1, 5}, {"tty", 5, 0}};
  if (mount("none", "/dev", "tmpfs", 0, "mode=755") != 0) fail("/dev");
  char *copy = strdup(argv[0]), *save = NULL;
  for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save))
    for (unsigned i = 0; i < sizeof nodes / sizeof *nodes; i++) {
      char path[64];
      if (strcmp(word, nodes[i].name) != 0) continue;
      snprintf(path, sizeof path, "/dev/%s", word);
      mode_t old = umask(0);
      if (mknod(path, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)) != 0) fail(path);
      umask(old);
    }
  free(copy);
  exec_rest(argv);
}

int wrap_bind(char **argv) {
  if (mount(argv[0], argv[1], NULL, MS_BIND, NULL) != 0) fail(argv[1]);
  exec_rest(argv);
}

static int terminal = -1;
static void put_terminal(long fd) {
  if (dup2(terminal, (int)fd) < 0) fail("dup2");
}

int wrap_tty(char **argv) {
  setsid();
  terminal = open(argv[0], O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) fail(argv[0]);
  if (ioctl(terminal, TIOCSCTTY, 0) != 0) fail("TIOCSCTTY");
  if (strcmp(argv[1], "none") != 0) each_number(argv[1], put_terminal);
  exec_rest(argv);
}

int wrap_argv0(char **argv) {
  char **words = rest(argv), *path = words[0];
  words[0] = argv[0];
  execvp(path, words);
  fail(path);
}
