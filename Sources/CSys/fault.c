// A Swift trap is a silent SIGILL. As PID 1 it would take the whole namespace with it without a word, so the fault signals have a
// handler with a stack of its own.
#include "cold.h"

#include <ucontext.h>

static csys_fault_report report_fault;
static volatile uint64_t sent_faults;
static volatile sig_atomic_t fault_depth;

enum { EXIT_FAULT = 70 };

static uint64_t instruction_of(void *context) {
#if defined(__x86_64__)
  return (uint64_t)((ucontext_t *)context)->uc_mcontext.gregs[16];  // REG_RIP
#elif defined(__aarch64__)
  return (uint64_t)((ucontext_t *)context)->uc_mcontext.pc;
#else
  (void)context;
  return 0;
#endif
}

static void on_fault(int signal, siginfo_t *info, void *context) {
  int saved = errno;
  // No processor raises SIGABRT: it is sent, by whatever code (F_SETSIG gives one of its own), unless abort(3) has sent it in here.
  int is_abort = signal == SIGABRT && info->si_code == SI_TKILL && info->si_pid == getpid();
  if (!is_abort && (info->si_code <= 0 || signal == SIGABRT)) {
    __atomic_fetch_or(&sent_faults, CSYS_BIT(signal), __ATOMIC_SEQ_CST);
    kill(getpid(), SIGCHLD);  // blocked, so it stays pending: a wait that is about to begin ends at once
    errno = saved;
    return;
  }
  // A fault while a fault is being reported: end now, whatever is lost with it.
  if (fault_depth++ > 0) _exit(EXIT_FAULT);
  report_fault(signal, info->si_code, (uint64_t)(uintptr_t)info->si_addr, instruction_of(context));
  _exit(EXIT_FAULT);
}

uint64_t csys_catch_faults(csys_fault_report report) {
  report_fault = report;
  struct csys_cold *cold = csys_cold();
  if (cold) {
    stack_t stack = {.ss_sp = cold->fault_stack, .ss_size = sizeof cold->fault_stack};
    sigaltstack(&stack, NULL);
  }
  uint64_t ignored = 0;
  for (int signal = 1; signal < 32; signal++) {
    if (!(CSYS_FAULT_SIGNALS & CSYS_BIT(signal))) continue;
    if (csys_set_handler(signal, on_fault) == 1) ignored |= CSYS_BIT(signal);
  }
  return ignored;
}

uint64_t csys_take_sent_faults(void) { return sent_faults ? __atomic_exchange_n(&sent_faults, 0, __ATOMIC_SEQ_CST) : 0; }
