/* orphans TOTAL BATCH: on go, makes TOTAL orphans, BATCH at a time, and says done when the last one is gone; then waits for its end. */
#include "payload.h"

int main(int count, char **arguments) {
  check(count == 3);
  int total = atoi(arguments[1]), batch = atoi(arguments[2]);
  check(total > 0 && batch > 0);
  prepare_orphans();
  tell('R');
  check(hear() == 'G');
  for (int made = 0; made < total; made += batch) make_orphans(total - made < batch ? total - made : batch);
  tell('D');
  hear();
  return 0;
}
