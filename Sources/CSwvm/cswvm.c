#include "cswvm.h"
