/* What no supervisor can be faster than: a small program that starts another. For each letter on its standard input it starts the
 * program that its arguments are, F by fork(2) and execve(2), P by posix_spawn(3), and writes when it began, CLOCK_MONOTONIC in ns. */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int count, char **arguments) {
  char letter;
  char *environment[] = {NULL};
  if (count < 2) return 2;
  while (read(0, &letter, 1) == 1) {
    struct timespec now;
    pid_t pid = -1;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (letter == 'F') {
      pid = fork();
      if (pid == 0) {
        execve(arguments[1], arguments + 1, environment);
        _exit(127);
      }
    } else if (posix_spawn(&pid, arguments[1], NULL, NULL, arguments + 1, environment) != 0) {
      pid = -1;
    }
    int64_t began = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    if (pid < 0 || write(1, &began, sizeof began) != sizeof began) return 1;
    waitpid(pid, NULL, 0);
  }
  return 0;
}
