// What this process got, as one line of JSON. Bytes that are not printable ASCII are written \u00XX each, so nothing is lost.
#define _GNU_SOURCE
#include "probe.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifndef PROBE_STATIC
#include <sys/capability.h>
#include <systemd/sd-daemon.h>
#endif

extern char **environ;

static void put_string(FILE *out, const char *text) {
  fputc('"', out);
  for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++) {
    if (*byte < ' ' || *byte > '~') fprintf(out, "\\u%04x", *byte);
    else if (*byte == '"' || *byte == '\\') fprintf(out, "\\%c", *byte);
    else fputc(*byte, out);
  }
  fputc('"', out);
}

static void put_strings(FILE *out, const char *name, char **list) {
  fprintf(out, ",\"%s\":[", name);
  for (int i = 0; list && list[i]; i++) {
    if (i) fputc(',', out);
    put_string(out, list[i]);
  }
  fputc(']', out);
}

static void put_signals(FILE *out, const char *name, signal_set set) {
  const char *comma = "";
  fprintf(out, ",\"%s\":[", name);
  for (int signal = 1; signal <= 64; signal++)
    if (set & SIGNAL_BIT(signal)) {
      fprintf(out, "%s%d", comma, signal);
      comma = ",";
    }
  fputc(']', out);
}

// A line of /proc/self/status, without its name and blanks; "" when there is no /proc.
static void put_status(FILE *out, const char *json, const char *name) {
  char line[512] = "", *value = "";
  FILE *status = fopen("/proc/self/status", "re");
  while (status && fgets(line, sizeof line, status))
    if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
      value = line + strlen(name) + 1;
      value += strspn(value, "\t ");
      value[strcspn(value, "\n")] = 0;
      break;
    }
  if (status) fclose(status);
  fprintf(out, ",\"%s\":", json);
  put_string(out, value);
}

static void put_fds(FILE *out) {
  const char *comma = "";
  fputs(",\"fds\":{", out);
  for (int fd = 0; fd < 1024; fd++) {
    char link[64], target[4096] = "?";
    if (fd == fileno(out) || fcntl(fd, F_GETFD) < 0) continue;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, target, sizeof target - 1);
    if (length > 0) target[length] = 0;
    fprintf(out, "%s\"%d\":", comma, fd);
    put_string(out, target);
    comma = ",";
  }
  fputc('}', out);
}

static void put_file(FILE *out, const char *json, const char *path) {
  char text[256] = "";
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    ssize_t length = read(fd, text, sizeof text - 1);
    if (length > 0) text[strcspn(text, "\n")] = 0;
    close(fd);
  }
  fprintf(out, ",\"%s\":", json);
  put_string(out, text);
}

static char **arguments(void) {
  static char text[65536], *list[512];
  int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC), count = 0;
  if (fd < 0) return list;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  for (char *word = text; length > 0 && word < text + length && count < 511; word += strlen(word) + 1) list[count++] = word;
  return list;
}

int run_state(char **argv) {
  const char *path = argv ? argv[0] : NULL;
  // Before anything else is opened. Built in memory, so that the list of fds is the one of the exec.
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  mode_t mask = umask(0);
  umask(mask);
  fprintf(out, "{\"pid\":%d,\"ppid\":%d,\"pgrp\":%d,\"sid\":%d", getpid(), getppid(), getpgrp(), getsid(0));
  fprintf(out, ",\"umask\":%d,\"nice\":%d", (int)mask, getpriority(PRIO_PROCESS, 0));
  put_fds(out);
  put_strings(out, "argv", arguments());
  put_strings(out, "env", environ);
  signal_set ignored = 0, pending = 0;
  for (int signal = 1; signal <= 64; signal++)
    if (disposition(signal) == (uintptr_t)SIG_IGN) ignored |= SIGNAL_BIT(signal);
  syscall(SYS_rt_sigpending, &pending, sizeof pending);
  put_signals(out, "blocked", get_mask());
  put_signals(out, "ignored", ignored);
  put_signals(out, "pending", pending);
  char directory[4096] = "";
  if (!getcwd(directory, sizeof directory)) strcpy(directory, "?");
  fputs(",\"cwd\":", out);
  put_string(out, directory);
  fputs(",\"limits\":[", out);
  for (int which = 0; which < 16; which++) {
    struct rlimit limit = {0};
    getrlimit((__rlimit_resource_t)which, &limit);
    fprintf(out, "%s\"%lld:%lld\"", which ? "," : "", (long long)limit.rlim_cur, (long long)limit.rlim_max);
  }
  uid_t uids[3];
  gid_t gids[3], groups[64];
  getresuid(uids, uids + 1, uids + 2);
  getresgid(gids, gids + 1, gids + 2);
  fprintf(out, "],\"uids\":[%d,%d,%d],\"gids\":[%d,%d,%d],\"groups\":[", (int)uids[0], (int)uids[1], (int)uids[2], (int)gids[0],
          (int)gids[1], (int)gids[2]);
  int count = getgroups(64, groups);
  for (int i = 0; i < count; i++) fprintf(out, "%s%d", i ? "," : "", (int)groups[i]);
  fputc(']', out);
  int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  fprintf(out, ",\"tty_pgrp\":%d", tty < 0 ? -1 : tcgetpgrp(tty));
  if (tty >= 0) close(tty);
  fprintf(out, ",\"no_new_privs\":%d,\"securebits\":%d,\"timerslack\":%d,\"dumpable\":%d,\"pdeathsig\":", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
          prctl(PR_GET_SECUREBITS), prctl(PR_GET_TIMERSLACK), prctl(PR_GET_DUMPABLE));
  int number = 0;
  prctl(PR_GET_PDEATHSIG, &number);
  fprintf(out, "%d,\"subreaper\":", number);
  prctl(PR_GET_CHILD_SUBREAPER, &number);
  fprintf(out, "%d", number);
  put_status(out, "cap_eff", "CapEff");
  put_status(out, "cap_prm", "CapPrm");
  put_status(out, "cap_inh", "CapInh");
  put_status(out, "cap_bnd", "CapBnd");
  put_status(out, "cap_amb", "CapAmb");
  put_status(out, "cpus", "Cpus_allowed");
  put_file(out, "oom_score_adj", "/proc/self/oom_score_adj");
#ifndef PROBE_STATIC
  cap_t caps = cap_get_proc();
  char *caps_text = caps ? cap_to_text(caps, NULL) : NULL;
  fputs(",\"libcap\":", out);
  put_string(out, caps_text ? caps_text : "?");
  cap_free(caps_text);
  cap_free(caps);
  uint64_t usec = 0;
  int watchdog = sd_watchdog_enabled(0, &usec);
  fprintf(out, ",\"sd_listen_fds\":%d,\"sd_watchdog\":%lld", sd_listen_fds(0), watchdog > 0 ? (long long)usec : watchdog);
#endif
  fputs("}\n", out);
  fclose(out);
  int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : 1;
  if (fd < 0) fail(path);
  for (size_t done = 0; done < size;) {
    ssize_t length = write(fd, text + done, size - done);
    if (length < 0) fail("write");
    done += (size_t)length;
  }
  free(text);
  return 0;
}
