// What only the init of a machine calls.
#include "csys.h"

#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#if defined(__x86_64__) || defined(__i386__)
#include <sys/io.h>
#endif

int32_t csys_errno(void) { return errno; }

int64_t csys_call(int32_t number, intptr_t a, intptr_t b, intptr_t c, intptr_t d, intptr_t e) {
  int64_t result = syscall(number, a, b, c, d, e);
  return result < 0 ? -errno : result;
}

int64_t csys_statfs_type(const char *path) {
  struct statfs status;
  return statfs(path, &status) < 0 ? -errno : (int64_t)(uint32_t)status.f_type;
}

const char *csys_entry_name(const struct dirent *entry) { return entry->d_name; }

// By descriptors and without following links, so that nothing outside the tree is reached. Depth is bounded by the initramfs's own.
static void remove_below(int fd, dev_t device) {
  DIR *directory = fdopendir(fd);
  if (!directory) {
    close(fd);
    return;
  }
  for (struct dirent *entry; (entry = readdir(directory));) {
    const char *name = entry->d_name;
    if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]))) continue;
    struct stat status;
    if (fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || status.st_dev != device) continue;
    if (S_ISDIR(status.st_mode)) {
      int below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (below >= 0) remove_below(below, device);
    }
    unlinkat(fd, name, S_ISDIR(status.st_mode) ? AT_REMOVEDIR : 0);
  }
  closedir(directory);
}

void csys_remove_tree_on_device(void) {
  struct stat root;
  int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  if (fstat(fd, &root) < 0) close(fd);
  else remove_below(fd, root.st_dev);
}

int32_t csys_open_at(int32_t fd, const char *path, int32_t flags) {
  int32_t result = openat(fd, path, flags);
  return result < 0 ? -errno : result;
}

int32_t csys_write_port(uint16_t port, uint8_t value) {
#if defined(__x86_64__) || defined(__i386__)
  if (ioperm(port, 1, 1) < 0) return -errno;
  outb(value, port);
  return 0;
#else
  (void)port, (void)value;
  return -ENOSYS;
#endif
}

int32_t csys_ioctl(int32_t fd, unsigned long request, void *argument) {
  int32_t result = ioctl(fd, (int)request, argument);
  return result < 0 ? -errno : result;
}

int32_t csys_signal_when_ready(int32_t fd) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETOWN, getpid()) < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK | O_ASYNC) < 0) return -errno;
  return 0;
}

int32_t csys_uevent_socket(void) {
  int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 15 /* NETLINK_KOBJECT_UEVENT */);
  if (fd < 0) return -errno;
  struct {  // struct sockaddr_nl of linux/netlink.h, which musl does not have
    uint16_t family, padding;
    uint32_t pid, groups;
  } address = {.family = AF_NETLINK, .groups = 1};
  if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
  int error = errno;
  close(fd);
  return -error;
}
