// SPDX-License-Identifier: Apache-2.0
// What a scan of an idle host costs at least: the same facts read by bare system calls, and the same `haproxy -vv`.
//
// It parses nothing and keeps nothing; every byte goes into one checksum, so that no read can be left out unseen.
// `floor --no-haproxy` leaves the program out, for comparison with a run that executes none.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kTcpListen = 10, kAllStates = -1 };

static const char* const kSysctls[] = {
    "/proc/sys/kernel/hostname",
    "/proc/sys/net/core/somaxconn",
    "/proc/sys/net/ipv4/ip_local_port_range",
    "/proc/sys/net/ipv4/ip_local_reserved_ports",
    "/proc/sys/net/ipv4/ip_unprivileged_port_start",
    "/proc/sys/net/ipv4/ip_nonlocal_bind",
    "/proc/sys/net/ipv4/tcp_tw_reuse",
    "/proc/sys/net/ipv4/tcp_timestamps",
    "/proc/sys/net/ipv4/tcp_max_tw_buckets",
    "/proc/sys/net/ipv4/tcp_max_syn_backlog",
    "/proc/sys/net/ipv4/tcp_syncookies",
    "/proc/sys/net/ipv6/bindv6only",
    "/proc/sys/net/ipv6/ip_nonlocal_bind",
    "/proc/sys/net/netfilter/nf_conntrack_max",
    "/proc/sys/net/netfilter/nf_conntrack_count",
    "/proc/sys/fs/file-max",
    "/proc/sys/fs/file-nr",
    "/proc/sys/fs/nr_open",
};

static const char* const kFiles[] = {
    "/sys/fs/cgroup/cpu/cpu.cfs_quota_us",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    "/proc/net/netstat",
    "/proc/net/sockstat",
    "/proc/net/stat/nf_conntrack",
    "/proc/self/status",
    "/proc/self/cgroup",
    "/proc/meminfo",
    "/etc/os-release",
    "/etc/haproxy/haproxy.cfg",
    "/etc/default/haproxy",
    "/lib/systemd/system/haproxy.service",
};

// What Debian's haproxy.cfg names.
static const char* const kNamed[] = {
    "/etc/haproxy/errors/400.http", "/etc/haproxy/errors/403.http",
    "/etc/haproxy/errors/408.http", "/etc/haproxy/errors/500.http",
    "/etc/haproxy/errors/502.http", "/etc/haproxy/errors/503.http",
    "/etc/haproxy/errors/504.http", "/var/lib/haproxy",
    "/var/lib/haproxy/dev/log",     "/run/haproxy",
    "/run/haproxy/admin.sock",
};

static unsigned char buffer[65536];
static uint64_t checksum = 14695981039346656037U;
static unsigned unread;

// FNV-1a, eight bytes at a time: the sum must not become the cost.
static void add(const unsigned char* bytes, size_t count) {
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    checksum = (checksum ^ word) * 1099511628211U;
  }
  while (count-- > 0) {
    checksum = (checksum ^ *bytes++) * 1099511628211U;
  }
}

// What is read until its end; a descriptor below zero counts as unread.
static void add_all(int fd) {
  if (fd < 0) {
    ++unread;
    return;
  }
  ssize_t count;
  while ((count = read(fd, buffer, sizeof buffer)) > 0) {
    add(buffer, (size_t)count);
  }
  close(fd);
}

// What one read(2) returns whole: a sysctl, a process's name.
static void add_once(int fd) {
  const ssize_t count = read(fd, buffer, sizeof buffer);
  if (count < 0) {
    ++unread;
  } else {
    add(buffer, (size_t)count);
  }
  close(fd);
}

static void add_status(const char* path) {
  struct stat status;
  if (stat(path, &status) == 0) {
    add((const unsigned char*)&status.st_mode, sizeof status.st_mode);
  }
}

static int is_number(const char* name) {
  for (; *name != '\0'; ++name) {
    if (*name < '0' || *name > '9') {
      return 0;
    }
  }
  return 1;
}

// /proc/PID/comm of every process: how a running haproxy is found. `entries` holds linux_dirent64 records.
static void add_processes(void) {
  static unsigned char entries[32768];
  const int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  long count;
  while (proc >= 0 && (count = syscall(SYS_getdents64, proc, entries, sizeof entries)) > 0) {
    for (long at = 0; at < count;) {
      const struct dirent64* entry = (const struct dirent64*)(const void*)(entries + at);
      at += entry->d_reclen;
      if (is_number(entry->d_name)) {
        char path[sizeof entry->d_name + 5];
        strcpy(stpcpy(path, entry->d_name), "/comm");
        add_once(openat(proc, path, O_RDONLY | O_CLOEXEC));
      }
    }
  }
  close(proc);
}

// One answer of a dump; 0 when it was the last.
static int add_messages(size_t count) {
  for (struct nlmsghdr* message = (struct nlmsghdr*)(void*)buffer; NLMSG_OK(message, count);
       message = NLMSG_NEXT(message, count)) {
    if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) {
      return 0;
    }
    add(NLMSG_DATA(message), message->nlmsg_len - NLMSG_HDRLEN);
  }
  return 1;
}

// A sock_diag(7) dump; asked for LISTEN alone the kernel walks its listening table, whatever the number of connections.
static void add_sockets(int diag, uint8_t family, uint8_t protocol, uint32_t states) {
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 ask;
  } request = {
      .header = {.nlmsg_len = sizeof request,
                 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
      .ask = {.sdiag_family = family, .sdiag_protocol = protocol, .idiag_states = states},
  };
  if (send(diag, &request, sizeof request, 0) < 0) {
    ++unread;
    return;
  }
  ssize_t count;
  do {
    count = recv(diag, buffer, sizeof buffer, 0);
  } while (count > 0 && add_messages((size_t)count));
}

static void add_all_sockets(void) {
  const int diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  add_sockets(diag, AF_INET, IPPROTO_TCP, 1U << kTcpListen);
  add_sockets(diag, AF_INET6, IPPROTO_TCP, 1U << kTcpListen);
  add_sockets(diag, AF_INET, IPPROTO_UDP, (uint32_t)kAllStates);
  add_sockets(diag, AF_INET6, IPPROTO_UDP, (uint32_t)kAllStates);
  close(diag);
}

// Starts `haproxy -vv`; its output comes through *out.
static pid_t start_haproxy(int* out) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return -1;
  }
  const pid_t child = vfork();
  if (child == 0) {
    static char* const arguments[] = {"/usr/sbin/haproxy", "-vv", NULL};
    static char* const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    execve(arguments[0], arguments, environment);
    _exit(127);
  }
  close(ends[1]);
  *out = ends[0];
  return child;
}

static void finish_haproxy(pid_t child, int out) {
  int status = 0;
  add_all(out);
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    ++unread;
  }
}

// "floor <checksum> <number of facts that could not be read>".
static int report(void) {
  static const char digits[] = "0123456789abcdef";
  char line[] = "floor 0000000000000000 unread 00\n";
  for (size_t at = 0; at < 16; ++at) {
    line[6 + at] = digits[checksum >> (60 - 4 * at) & 15U];
  }
  line[30] = digits[unread / 10 % 10];
  line[31] = digits[unread % 10];
  return write(STDOUT_FILENO, line, sizeof line - 1) < 0;
}

int main(int argc, char** argv) {
  const int with_haproxy = argc < 2 || strcmp(argv[1], "--no-haproxy") != 0;
  int out = -1;
  // First started, last collected: the host is read while it runs.
  const pid_t child = with_haproxy ? start_haproxy(&out) : 0;
  for (size_t i = 0; i < sizeof kSysctls / sizeof kSysctls[0]; ++i) {
    add_once(open(kSysctls[i], O_RDONLY | O_CLOEXEC));
  }
  for (size_t i = 0; i < sizeof kFiles / sizeof kFiles[0]; ++i) {
    add_all(open(kFiles[i], O_RDONLY | O_CLOEXEC));
  }
  for (size_t i = 0; i < sizeof kNamed / sizeof kNamed[0]; ++i) {
    add_status(kNamed[i]);
  }
  add_processes();
  add_all_sockets();
  if (with_haproxy) {
    finish_haproxy(child, out);
  }
  return report();
}
