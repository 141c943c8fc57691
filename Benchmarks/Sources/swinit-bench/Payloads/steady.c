/* Does nothing until the harness ends it, and answers S to each SIGUSR1. */
#include "payload.h"

static void answer(int signal) {
  (void)signal;
  tell('S');
}

int main(void) {
  struct sigaction action = {.sa_handler = answer, .sa_flags = SA_RESTART};
  check(sigaction(SIGUSR1, &action, NULL) == 0);
  tell('R');
  while (hear() != 'E') {}
  return 0;
}
