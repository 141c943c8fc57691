/* Takes every process number that is left, as a burst of somebody else's does, for so many seconds as its second argument says; its first
 * is the FIFO into which it says when it had all of them, and when it gave them back. For a pid namespace of its own with a small pid_max.
 * A supervisor that gives no arguments has the seconds in the file `seconds`, and the FIFO is `stamp`. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void say(const char *path) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int fd = open(path, O_WRONLY);
  if (write(fd, &now, sizeof now) != sizeof now) _exit(1);
  close(fd);
}

static long seconds(void) {
  char text[16] = "";
  int fd = open("seconds", O_RDONLY);
  return read(fd, text, sizeof text - 1) > 0 ? atol(text) : 1;
}

int main(int count, char **arguments) {
  const char *path = count > 2 ? arguments[1] : "stamp";
  long limit = count > 2 ? atol(arguments[2]) : seconds();
  struct timespec start, now, nap = {0, 1000000};
  int is_full = 0;
  clock_gettime(CLOCK_MONOTONIC, &start);
  do {
    pid_t pid;
    while ((pid = fork()) > 0) {}
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) pause();
    }
    if (!is_full) say(path);
    is_full = 1;
    nanosleep(&nap, NULL);
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while (now.tv_sec - start.tv_sec < limit);
  signal(SIGTERM, SIG_IGN);
  kill(0, SIGTERM);
  while (wait(NULL) > 0 || errno == EINTR) {}
  say(path);
  return 0;
}
