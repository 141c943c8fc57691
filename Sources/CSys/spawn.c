// From fork to exec. Only async-signal-safe calls, and raw system calls where libc's wrapper takes locks or talks to threads
// (signal dispositions and masks, user and group ids). The child borrows the parent's memory until it has executed (vfork), so it
// reports where it stopped by writing it down; nothing of the parent's that outlives the call is changed otherwise.
#include "csys.h"
#include "cold.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static struct csys_spawn the_form;

struct csys_spawn *csys_spawn_form(void) {
  static char short_path[64];  // enough for a message, not for a search
  struct csys_cold *cold = csys_cold();
  the_form.path = cold ? cold->path : short_path;
  the_form.path_size = cold ? CSYS_PATH_SIZE : sizeof short_path;
  return &the_form;
}
const char *csys_spawn_path(void) { return the_form.path; }

static int32_t failed(struct csys_spawn *spawn, enum csys_stage stage, int error) {
  spawn->error = error;
  spawn->stage = stage;
  return -error;
}

static void write_pid(char *slot, pid_t pid) {
  char digits[12];
  int count = 0;
  do digits[count++] = (char)('0' + pid % 10);
  while (pid /= 10);
  while (count) *slot++ = digits[--count];
  *slot = 0;
}

// Writes "directory/file" to spawn->path; the directory is the text [from, end), an empty one the working directory.
static int join(struct csys_spawn *spawn, const char *from, const char *end) {
  size_t length = (size_t)(end - from), name = strlen(spawn->file);
  if (length + 1 + name >= spawn->path_size) return -1;
  memcpy(spawn->path, from, length);
  if (length) spawn->path[length++] = '/';
  memcpy(spawn->path + length, spawn->file, name + 1);
  return 0;
}

// execve(2), and what execvp(3) does with a text that has no "#!" where that is asked for.
static void execute_path(struct csys_spawn *spawn, const char *path) {
  execve(path, spawn->arguments, spawn->environment);
  if (errno != ENOEXEC || !spawn->shell_for_text) return;
  size_t count = 0;
  while (spawn->arguments[count]) count++;
  const char *arguments[count + 2];
  arguments[0] = "/bin/sh";
  arguments[1] = path;
  for (size_t i = 1; i <= count; i++) arguments[i + 1] = spawn->arguments[i];
  execve("/bin/sh", (char *const *)arguments, spawn->environment);
  errno = ENOEXEC;
}

// The rules of execvp(3).
static int32_t execute(struct csys_spawn *spawn) {
  if (spawn->program > 0) {
    syscall(SYS_execveat, spawn->program, "", spawn->arguments, spawn->environment, 0x1000 /* AT_EMPTY_PATH */);
    return failed(spawn, CSYS_STAGE_EXEC, errno);
  }
  if (strchr(spawn->file, '/') || !*spawn->file) {
    size_t name = strlen(spawn->file), kept = name < spawn->path_size ? name : spawn->path_size - 1;
    memcpy(spawn->path, spawn->file, kept);
    spawn->path[kept] = 0;
    execute_path(spawn, spawn->file);
    return failed(spawn, CSYS_STAGE_EXEC, errno);
  }
  // A file that can be executed in a later directory wins over one that cannot.
  int refused = 0;
  for (const char *from = spawn->search, *end; from; from = *end ? end + 1 : NULL) {
    end = from + strcspn(from, ":");
    if (join(spawn, from, end) < 0) continue;
    execute_path(spawn, spawn->path);
    if (errno == EACCES) refused = EACCES;
    else if (errno != ENOENT && errno != ENOTDIR && errno != ESTALE && errno != ENODEV && errno != ETIMEDOUT)
      return failed(spawn, CSYS_STAGE_EXEC, errno);
  }
  // None. The first that is there is what is told; where it says ENOENT, its interpreter or its loader is missing.
  for (const char *from = spawn->search, *end; from; from = *end ? end + 1 : NULL) {
    end = from + strcspn(from, ":");
    if (join(spawn, from, end) == 0 && access(spawn->path, F_OK) == 0)
      return failed(spawn, CSYS_STAGE_EXEC, access(spawn->path, X_OK) == 0 ? ENOENT : EACCES);
  }
  spawn->path[0] = 0;
  return failed(spawn, CSYS_STAGE_EXEC, refused ? refused : ENOENT);
}

static int32_t become(struct csys_spawn *spawn) {
  if (spawn->group_count < 0) return 0;
  if (syscall(SYS_setgroups, (size_t)spawn->group_count, spawn->groups) < 0)
    return failed(spawn, CSYS_STAGE_SETGROUPS, errno);
  if (syscall(SYS_setresgid, spawn->gid, spawn->gid, spawn->gid) < 0) return failed(spawn, CSYS_STAGE_SETGID, errno);
  if (syscall(SYS_setresuid, spawn->uid, spawn->uid, spawn->uid) < 0) return failed(spawn, CSYS_STAGE_SETUID, errno);
  return 0;
}

static void open_stdio(struct csys_spawn *spawn) {
  // Without a carrier open(2) would wait, and the parent with it.
  int fd = open(spawn->stdio, O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return;  // what the parent has will do
  fcntl(fd, F_SETFL, O_RDWR);
  if (spawn->group == CSYS_GROUP_SESSION) ioctl(fd, TIOCSCTTY, 0);
  for (int standard = 0; standard < 3; standard++) dup2(fd, standard);
  if (fd > 2) close(fd);
}

static void take_terminal(struct csys_spawn *spawn) {
  pid_t self = (pid_t)syscall(SYS_getpid);
  if (spawn->group == CSYS_GROUP_SESSION) {
    setsid();
    if (spawn->terminal >= 0) ioctl(spawn->terminal, TIOCSCTTY, 0);
  } else if (spawn->group == CSYS_GROUP_NEW) {
    setpgid(0, 0);
    if (spawn->terminal >= 0) ioctl(spawn->terminal, TIOCSPGRP, &self);  // SIGTTOU is blocked
  }
}

int32_t csys_exec(struct csys_spawn *spawn) {
  spawn->stage = CSYS_STAGE_NONE;
  // Handlers of the parent must not run here, and what it was given ignored is given on so.
  for (int signal = 1; signal <= 31; signal++) {
    uint64_t bit = CSYS_BIT(signal);
    if (spawn->ignored & bit) csys_set_disposition(signal, CSYS_IGNORE);
    else if (CSYS_FAULT_SIGNALS & bit) csys_set_disposition(signal, CSYS_DEFAULT);
  }
  for (size_t i = 0; i < sizeof spawn->pid_slots / sizeof *spawn->pid_slots; i++)
    if (spawn->pid_slots[i]) write_pid(spawn->pid_slots[i], (pid_t)syscall(SYS_getpid));
  int32_t result = become(spawn);
  if (result < 0) return result;
  if (spawn->directory && chdir(spawn->directory) < 0) return failed(spawn, CSYS_STAGE_CHDIR, errno);
  csys_set_signal_mask(spawn->mask);
  return execute(spawn);
}

int32_t csys_spawn(struct csys_spawn *spawn) {
  spawn->stage = CSYS_STAGE_NONE;
  spawn->error = 0;
  pid_t pid = vfork();
  if (pid == 0) {
    take_terminal(spawn);
    if (spawn->stdio) open_stdio(spawn);
    for (int i = 0; spawn->descriptors && i < 4; i++) dup2(spawn->descriptors[i], i);
    csys_exec(spawn);
    _exit(127);
  }
  if (pid < 0) return failed(spawn, CSYS_STAGE_FORK, errno);
  if (spawn->stage == CSYS_STAGE_NONE) return pid;
  int status;
  while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR) {}
  return -spawn->error;
}
