// CSwvm: what Swift cannot say on the host's side: between fork and exec, and calls whose declarations Swift does not see.
// Each returns its result or -errno.
#pragma once

#include <stdint.h>

/// Starts a program, in a process group of its own. Descriptor N of the program is `descriptors[N]`, and /dev/null for -1; it has no
/// others. It is killed when the thread that has started it ends, however that comes about.
int32_t cswvm_spawn(char *const arguments[], const int32_t descriptors[], int32_t count);

/// memfd_create(2), close-on-exec.
int32_t cswvm_memory_file(const char *name);

/// An abstract AF_UNIX socket that is listened on, close-on-exec.
int32_t cswvm_listen(const char *name);

/// signalfd(2) for SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH and SIGCHLD, which are blocked from here on. SIGPIPE is ignored.
int32_t cswvm_signals(void);

/// The next of them; 0 when there is none now.
int32_t cswvm_next_signal(int32_t fd);

/// Whether /dev/kvm really makes a machine here: one with a processor that comes to run. 0, or -errno.
int32_t cswvm_try_kvm(void);
