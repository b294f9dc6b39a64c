// SPDX-License-Identifier: Apache-2.0
// The reading half of the door to the world. Everything lbpreflight knows of a host came through here, so a tree of
// files, a recorded bundle and a faulty host can stand in for the live one. Nothing here can change the host.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "probes/base/ip_address.h"
#include "probes/base/result.h"
#include "probes/linux/selinux_policy.h"
#include "probes/linux/socket_entry.h"
#include "probes/linux/unit_properties.h"

namespace preflight {

/// What stands behind the door. A tree has files only: live facts are not applicable there.
enum class HostKind : std::uint8_t { live, tree };

/// A network namespace, named by a process that lives in it; pid 0 is the one we run in.
struct Netns {
  pid_t pid = 0;
  friend auto operator<=>(const Netns&, const Netns&) = default;
};

enum class FileKind : std::uint8_t { regular, directory, link, fifo, socket, device };

/// stat(2), links followed.
struct FileStatus {
  FileKind kind = FileKind::regular;
  std::uint32_t mode = 0;  // permission bits, 07777
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
  std::uint64_t device = 0;  // with `inode`: which file it is, whatever path led to it; 0 where that is not known
  std::uint64_t inode = 0;
  friend bool operator==(const FileStatus&, const FileStatus&) = default;

  /// One and the same file, known for certain.
  [[nodiscard]] bool same_file(const FileStatus& other) const {
    return inode != 0 && inode == other.inode && device == other.device;
  }
};

/// A program to execute: absolute path, fixed arguments, never a shell; the environment holds PATH, LC_ALL and what is
/// listed here, nothing of ours.
struct Command {
  std::string path;
  std::vector<std::string> arguments;                // without argv[0]
  std::map<std::string, std::string> environment{};  // not part of a record: values may be secrets
  std::uint32_t uid = 0;                             // run as this user and group, when we are root and they are not 0
  std::uint32_t gid = 0;
  std::chrono::milliseconds timeout{10'000};
  std::size_t output_limit = std::size_t{256} * 1024;

  /// "/usr/sbin/haproxy -c -f /etc/haproxy/haproxy.cfg"
  [[nodiscard]] std::string text() const;
};

/// What a finished program left behind. `status` is its exit code; a program ended by a signal has `signal` set.
struct CommandOutput {
  int status = 0;
  int signal = 0;
  std::string out;  // standard output and standard error in the order written, at most output_limit bytes
  bool truncated = false;
  friend bool operator==(const CommandOutput&, const CommandOutput&) = default;
};

/// A program that was started; `finish` waits for it, at most until its deadline, and may be called once.
class PendingCommand {
 public:
  PendingCommand() = default;
  PendingCommand(const PendingCommand&) = delete;
  PendingCommand& operator=(const PendingCommand&) = delete;
  virtual ~PendingCommand() = default;
  virtual Result<CommandOutput> finish() = 0;
};

/// Who holds a socket, found through /proc/PID/fd.
struct SocketOwner {
  std::uint64_t inode = 0;
  pid_t pid = 0;
  std::string command;  // /proc/PID/comm
  std::string unit;     // from the process's cgroup; empty if it belongs to none
  friend bool operator==(const SocketOwner&, const SocketOwner&) = default;
};

/// The owners of some sockets; `complete` says that each inode has one. An inode without an owner is "not visible" for
/// the reason given - time ran out, a process does not let us look, another pid namespace - and never "free".
struct SocketOwners {
  std::vector<SocketOwner> owners;
  bool complete = true;
  std::string why_incomplete;
  friend bool operator==(const SocketOwners&, const SocketOwners&) = default;
};

/// Largest file read whole: a configuration of a million lines is about 60 MiB.
inline constexpr std::size_t kReadLimit = std::size_t{512} * 1024 * 1024;

/// A host that can be looked at. All methods may be called from one thread only.
class HostView {
 public:
  HostView() = default;
  HostView(const HostView&) = delete;
  HostView& operator=(const HostView&) = delete;
  virtual ~HostView() = default;

  [[nodiscard]] virtual HostKind kind() const = 0;

  /// The content of a regular file (or a file of /proc or /sys). A FIFO, a device, a socket or a directory is refused
  /// without being opened for reading; a file larger than `limit` bytes is file_too_large.
  [[nodiscard]] virtual Result<std::string> read(const std::string& path, std::size_t limit) const = 0;
  [[nodiscard]] Result<std::string> read(const std::string& path) const { return read(path, kReadLimit); }

  /// The same inside a network namespace: /proc/sys/net and /proc/net show the reader's own.
  [[nodiscard]] virtual Result<std::string> read_in(Netns netns, const std::string& path) const = 0;

  /// The names in a directory, "." and ".." left out, in byte order.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& path) const = 0;
  /// Those names in a directory that are symbolic links, in byte order: one call where readlink(2) of each would be
  /// many.
  [[nodiscard]] virtual Result<std::vector<std::string>> list_links(const std::string& path) const = 0;
  [[nodiscard]] virtual Result<FileStatus> status(const std::string& path) const = 0;
  /// readlink(2).
  [[nodiscard]] virtual Result<std::string> link(const std::string& path) const = 0;

  /// The whole lines that hold one of `words` in the last `limit` bytes of a log, oldest first. log_lines.h names two
  /// logs that are no files: the kernel's, and the journal. Other lines are nobody's business and enter no record.
  [[nodiscard]] virtual Result<std::string> lines_with(const std::string& path, const std::vector<std::string>& words,
                                                       std::size_t limit) const = 0;
  /// The SELinux label of what a path names, links followed; ENODATA where there is none.
  [[nodiscard]] virtual Result<std::string> label(const std::string& path) const = 0;
  /// What a binary SELinux policy says of ports, asked through libsepol; ENOTSUP when it is newer than that library.
  [[nodiscard]] virtual Result<selinux::PolicyAnswer> policy(const selinux::PolicyQuestion& question) const = 0;

  /// Sockets by sock_diag(7); no privilege needed in our own namespace.
  [[nodiscard]] virtual Result<std::vector<SocketEntry>> sockets(Netns netns, const SocketQuery& query) const = 0;
  /// Whether bind(2) to this address needs no special permission: the kernel counts it as local.
  [[nodiscard]] virtual Result<bool> is_local(Netns netns, const IpAddress& address) const = 0;
  /// Which processes hold these socket inodes: `first` are looked at before the others, then fewest descriptors first.
  [[nodiscard]] virtual SocketOwners owners(const std::vector<std::uint64_t>& inodes, const std::vector<pid_t>& first,
                                            std::chrono::milliseconds deadline) const = 0;

  /// A unit's properties from the running systemd, over the system bus or root's private socket.
  [[nodiscard]] virtual Result<UnitProperties> unit(const std::string& name) const = 0;

  /// Starts a program that only reads. ENOENT and EACCES are errors of start, not of finish.
  [[nodiscard]] virtual Result<std::unique_ptr<PendingCommand>> start(const Command& command) const = 0;

  /// Seconds since the epoch, UTC.
  [[nodiscard]] virtual std::int64_t now() const = 0;
  /// Lets time pass between two samples.
  virtual void wait(std::chrono::milliseconds duration) const = 0;
};

}  // namespace preflight
