// Memory that a container in good health never touches: the stack of the fault handler, and the path of a file that is looked for.
// It is mapped at start and stands apart, so that it does not make pages of the variables that are used all the time.
#pragma once

#include "csys.h"

struct csys_cold {
  char path[CSYS_PATH_SIZE];
  char fault_stack[65536];
};

/// The one block; NULL only when the kernel had no memory at the start.
struct csys_cold *csys_cold(void);
