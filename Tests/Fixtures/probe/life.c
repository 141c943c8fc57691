// A worker's life by a list of words, as a client of libsystemd.
#define _GNU_SOURCE
#include "probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef PROBE_STATIC
int act_life(char **argv) {
  (void)argv;
  return 99;
}
#else
#include <systemd/sd-daemon.h>

static int pipe_ends[2] = {-1, -1};

// The text, with newlines for '|'.
static char *lines(const char *text) {
  char *copy = strdup(text);
  for (char *byte = copy; *byte; byte++)
    if (*byte == '|') *byte = '\n';
  return copy;
}

static char *part(char **rest) {
  char *found = *rest, *colon = found ? strchr(found, ':') : NULL;
  *rest = colon ? colon + 1 : NULL;
  if (colon) *colon = 0;
  return found ? found : (char *)"";
}

static void heard(const char *what, int sent) { say("%s %d %d\n", what, sent, sent > 0 ? sd_notify_barrier(0, 5000000) : 0); }

static int file_of(const char *content) {
  int file = memfd_create("stored", MFD_CLOEXEC);
  if (file < 0 || write(file, content, strlen(content)) < 0) fail("memfd_create");
  return file;
}

static void wait_line(const char *path) {
  char byte;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || read(file, &byte, 1) < 0) fail(path);
  close(file);
}

static void show_descriptors(void) {
  char **names = NULL, content[64];
  int count = sd_listen_fds_with_names(0, &names);
  say("listen %d\n", count);
  for (int i = 0; i < count; i++) {
    ssize_t length = pread(SD_LISTEN_FDS_START + i, content, sizeof content - 1, 0);
    content[length > 0 ? length : 0] = 0;
    say("fd %d %s %s\n", SD_LISTEN_FDS_START + i, names[i], content);
  }
}

// The words. '|' in a text is a newline.
//   say:TEXT      by sd_notify, and heard by its barrier         tell:TEXT     not waited for
//   with:N:TEXT   with N descriptors                             big:N         READY=1 in a message of N bytes
//   store:FIELDS:CONTENT, storepipe:FIELDS                       a file, a pipe's reading end
//   again:FIELDS  descriptor 3, once more                        closepipe     that pipe's writing end
//   listen        what sd_listen_fds_with_names gives            wait:FIFO     until somebody has written to it
//   write:FD:TEXT, close:FD                                      hold, exit:N
//   fork          a child goes on, and nobody reaps it           reaping       and this process reaps it
//   session       a session of its own
//   main          a new child is the main process                mine          this process is
static void step(char *word) {
  char *rest = word, *verb = part(&rest);
  if (strcmp(verb, "say") == 0) {
    char *text = lines(rest);
    heard(rest, sd_notify(0, text));
  } else if (strcmp(verb, "tell") == 0) {
    say("%s %d\n", rest, sd_notify(0, lines(rest)));
  } else if (strcmp(verb, "big") == 0) {
    int count = (int)number(rest);
    char *text = malloc((size_t)count + 32);
    memset(text, 'x', (size_t)count);
    memcpy(text, "READY=1\nX_FILL=", 15);
    text[count] = 0;
    heard("big", sd_notify(0, text));
  } else if (strcmp(verb, "with") == 0) {
    int count = (int)number(part(&rest)), files[256];
    for (int i = 0; i < count; i++) files[i] = file_of("x");
    heard(rest, sd_pid_notify_with_fds(0, 0, lines(rest), files, (unsigned)count));
    for (int i = 0; i < count; i++) close(files[i]);
  } else if (strcmp(verb, "store") == 0) {
    char *fields = lines(part(&rest));
    int file = file_of(rest);
    heard("store", sd_pid_notify_with_fds(0, 0, fields, &file, 1));
  } else if (strcmp(verb, "again") == 0) {  // Descriptor 3, as it is.
    int file = sd_listen_fds(0) > 0 ? 3 : -1;
    if (file < 0) return;
    heard("again", sd_pid_notify_with_fds(0, 0, lines(rest), &file, 1));
  } else if (strcmp(verb, "storepipe") == 0) {
    if (pipe2(pipe_ends, O_CLOEXEC) < 0) fail("pipe2");
    heard("storepipe", sd_pid_notify_with_fds(0, 0, lines(rest), &pipe_ends[0], 1));
  } else if (strcmp(verb, "closepipe") == 0) {
    close(pipe_ends[1]);
    say("closed\n");
  } else if (strcmp(verb, "listen") == 0) {
    show_descriptors();
  } else if (strcmp(verb, "wait") == 0) {
    wait_line(rest);
  } else if (strcmp(verb, "write") == 0) {
    int file = (int)number(part(&rest));
    char *text = lines(rest);
    say("wrote %zd\n", write(file, text, strlen(text)));
  } else if (strcmp(verb, "close") == 0) {
    say("close %d\n", close((int)number(rest)));
  } else if (strcmp(verb, "fork") == 0 || strcmp(verb, "reaping") == 0) {
    pid_t child = fork();
    if (child == 0) return;
    if (verb[0] == 'r') waitpid(child, NULL, 0);
    for (;;) pause();
  } else if (strcmp(verb, "session") == 0) {
    setsid();
  } else if (strcmp(verb, "main") == 0) {
    char text[32];
    pid_t child = fork();
    if (child == 0) {
      setsid();
      for (;;) pause();
    }
    snprintf(text, sizeof text, "MAINPID=%d", child);
    heard("main", sd_notify(0, text));
  } else if (strcmp(verb, "mine") == 0) {  // This process is the main one.
    char text[32];
    snprintf(text, sizeof text, "MAINPID=%d", getpid());
    heard("mine", sd_notify(0, text));
  } else if (strcmp(verb, "exit") == 0) {
    _exit((int)number(rest));
  } else if (strcmp(verb, "hold") == 0) {
    for (;;) pause();
  } else {
    usage("life WORD…");
  }
}

int act_life(char **argv) {
  for (; *argv; argv++) step(*argv);
  for (;;) pause();
}
#endif
