/* What the programs in a measured machine share, without a C library: system calls, the two clocks, and port 0xe9 to the host (QEMU's
 * isa-debugcon), which needs no device node and no console. What they say is lines `@ NAME NUMBER…`, and the kernel's log as it is. */
#ifndef MACHINE_H
#define MACHINE_H

#include <asm/unistd.h>
#include <linux/fcntl.h>

typedef unsigned long u64;
enum { host_port = 0xe9, exit_port = 0xf4, marks = 8 };

static inline long call(long number, long a, long b, long c, long d) {
  long result;
  register long r10 __asm__("r10") = d;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
  return result;
}

/* The processor's clock. In QEMU without -icount it is the host's, so all machines of a run share it. */
static inline u64 ticks(void) {
  unsigned low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (u64)high << 32 | low;
}

static inline u64 length_of(const char *text) {
  u64 length = 0;
  while (text[length]) length++;
  return length;
}

/* To the host. */
static inline void put(const char *bytes, u64 count) {
  static int open;
  if (!open) {
    /* I/O ports for this process, iopl(2): the first call for a port would end it otherwise. */
    call(__NR_iopl, 3, 0, 0, 0);
    open = 1;
  }
  __asm__ volatile("rep outsb" : "+S"(bytes), "+c"(count) : "d"(host_port) : "memory");
}

static inline char *add_number(char *end, u64 number) {
  char digits[20];
  int count = 0;
  do digits[count++] = (char)('0' + number % 10);
  while (number /= 10);
  while (count) *end++ = digits[--count];
  return end;
}

static inline void say_number(const char *name, u64 number) {
  char line[32], *end = add_number(line, number);
  *end++ = '\n';
  put("@ ", 2);
  put(name, length_of(name));
  put(" ", 1);
  put(line, (u64)(end - line));
}

static inline void end_machine(void) {
  call(__NR_iopl, 3, 0, 0, 0);
  __asm__ volatile("outb %0, %1" : : "a"((char)0), "d"((short)exit_port));
  for (;;) call(__NR_exit, 0, 0, 0, 0);
}

/* The kernel's log. Where there is no /dev, a node is made: the root is a ramfs then. */
static inline int kernel_log(int flags) {
  long file = call(__NR_open, (long)"/dev/kmsg", flags | O_NONBLOCK, 0, 0);
  if (file >= 0) return (int)file;
  call(__NR_mknod, (long)"/kmsg", 0020600, 1 << 8 | 11, 0);
  file = call(__NR_open, (long)"/kmsg", flags | O_NONBLOCK, 0, 0);
  if (file < 0) {
    say_number("no-log", (u64)-file);
    end_machine();
  }
  return (int)file;
}

/* Makes the kernel note its clock between two readings of the processor's, several times over some milliseconds: `@ mark BEFORE`,
 * `@ till AFTER`, and a line in the kernel's log. The closest pair ties the two clocks, the first and the last one give the rate. */
static inline void say_clocks(void) {
  int log = kernel_log(O_WRONLY);
  u64 before[marks], after[marks];
  for (int i = 0; i < marks; i++) {
    /* 2 ms where the processor has 2 GHz: not a measure of anything. */
    for (u64 start = ticks(); ticks() - start < 4000000;) {}
    before[i] = ticks();
    call(__NR_write, log, (long)"<7>bench mark\n", 14, 0);
    after[i] = ticks();
  }
  call(__NR_close, log, 0, 0, 0);
  for (int i = 0; i < marks; i++) {
    say_number("mark", before[i]);
    say_number("till", after[i]);
  }
}

/* All of the kernel's log: records of /dev/kmsg, `PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT`. */
static inline void say_log(void) {
  static char record[8192];
  int log = kernel_log(O_RDONLY);
  for (;;) {
    long count = call(__NR_read, log, (long)record, sizeof record, 0);
    /* EPIPE: a record was overwritten meanwhile; the next call has the next one. */
    if (count == -32) continue;
    if (count <= 0) break;
    put(record, (u64)count);
  }
  call(__NR_close, log, 0, 0, 0);
  put("@ end 0\n", 8);
}

#endif
