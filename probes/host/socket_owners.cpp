// SPDX-License-Identifier: Apache-2.0
// /proc/PID/fd/N of a socket is a link to "socket:[INODE]"; reading another user's needs CAP_SYS_PTRACE.
#include "probes/host/socket_owners.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "probes/base/text.h"
#include "probes/host/files.h"
#include "probes/linux/process.h"

namespace preflight {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kSmallFile = 64UL * 1024;
/// A listener is opened before the connections it accepts and inherited before a worker opens its own, so it is among
/// these; the hundred thousand connections after it are looked at only for what has no owner yet.
constexpr std::size_t kFirstDescriptors = 1024;
constexpr std::size_t kBetweenLooksAtTheClock = 256;

std::string path_of(pid_t pid, std::string_view file) {
  return "/proc/" + std::to_string(pid) + "/" + std::string(file);
}

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  T number{};
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> socket_inode(std::string_view target) {
  constexpr std::string_view kPrefix = "socket:[";
  if (target.rfind(kPrefix, 0) != 0 || target.back() != ']') return std::nullopt;
  return parse_number<std::uint64_t>(target.substr(kPrefix.size(), target.size() - kPrefix.size() - 1));
}

/// The process's descriptors; the link's text is longer than any socket's when it fills the buffer.
std::optional<std::uint64_t> inode_behind(int directory, const char* name) {
  std::array<char, 64> target;
  const auto length = ::readlinkat(directory, name, target.data(), target.size());
  if (length <= 0) return std::nullopt;
  return socket_inode({target.data(), static_cast<std::size_t>(length)});
}

/// How many descriptors a process has; 0 for none, for a process that is gone, and for everyone before Linux 6.2.
std::uint64_t descriptors_of(pid_t pid) {
  struct stat status {};
  return ::stat(path_of(pid, "fd").c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

class Search {
 public:
  Search(const std::vector<std::uint64_t>& inodes, std::chrono::milliseconds deadline)
      : wanted_(inodes.begin(), inodes.end()), end_(Clock::now() + deadline) {
    wanted_.erase(0);
    unowned_ = wanted_;
  }

  [[nodiscard]] bool over() const { return unowned_.empty() || late_; }
  [[nodiscard]] bool late() const { return late_; }
  [[nodiscard]] bool looked_into(pid_t pid) const { return seen_.count(pid) != 0; }
  [[nodiscard]] const std::map<pid_t, std::set<std::uint64_t>>& found() const { return found_; }

  /// The process's first descriptors; it is remembered when it has more.
  void look_into(pid_t pid) {
    if (!seen_.insert(pid).second) return;
    if (look_at(pid, kFirstDescriptors) == Walk::cut_short) with_more_.push_back(pid);
  }

  /// All descriptors of the processes that had more, until each inode has an owner.
  void look_deeper() {
    for (const auto pid : with_more_) {
      if (over()) return;
      look_at(pid, SIZE_MAX);
    }
  }
  [[nodiscard]] SocketOwners owners() const {
    SocketOwners result;
    for (const auto& [pid, inodes] : found_) describe(pid, inodes, result.owners);
    std::sort(result.owners.begin(), result.owners.end(), [](const SocketOwner& left, const SocketOwner& right) {
      return std::pair(left.inode, left.pid) < std::pair(right.inode, right.pid);
    });
    result.complete = unowned_.empty();
    if (!result.complete) result.why_incomplete = why();
    return result;
  }

 private:
  bool out_of_time() {
    late_ = late_ || Clock::now() >= end_;
    return late_;
  }

  enum class Walk : std::uint8_t { ended, cut_short };

  Walk look_at(pid_t pid, std::size_t most) {
    if (wanted_.empty() || out_of_time()) return Walk::ended;
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path_of(pid, "fd").c_str()), ::closedir);
    if (directory) return walk(pid, directory.get(), most);
    if (errno != ENOENT && errno != ESRCH) ++closed_to_us_;
    return Walk::ended;
  }

  /// Ends early when this process was seen with all that is wanted.
  Walk walk(pid_t pid, DIR* directory, std::size_t most) {
    std::set<std::uint64_t> here;
    for (std::size_t looked = 1; here.size() < wanted_.size(); ++looked) {
      if (looked % kBetweenLooksAtTheClock == 0 && out_of_time()) break;
      const auto* entry = looked <= most ? ::readdir(directory) : nullptr;
      if (entry == nullptr) {
        keep(pid, here);
        return looked > most ? Walk::cut_short : Walk::ended;
      }
      const auto* name = static_cast<const char*>(entry->d_name);
      if (name[0] == '.') continue;
      const auto inode = inode_behind(::dirfd(directory), name);
      if (inode && wanted_.count(*inode) != 0) here.insert(*inode);
    }
    keep(pid, here);
    return Walk::ended;
  }

  void keep(pid_t pid, const std::set<std::uint64_t>& inodes) {
    for (const auto inode : inodes) unowned_.erase(inode);
    if (!inodes.empty()) found_[pid].insert(inodes.begin(), inodes.end());
  }

  static void describe(pid_t pid, const std::set<std::uint64_t>& inodes, std::vector<SocketOwner>& owners) {
    const auto command = read_file(path_of(pid, "comm"), kSmallFile);
    const auto cgroup = read_file(path_of(pid, "cgroup"), kSmallFile);
    SocketOwner owner;
    owner.pid = pid;
    if (command) owner.command = trim(*command);
    if (cgroup) owner.unit = unit_of_cgroup(*cgroup);
    for (const auto inode : inodes) {
      owner.inode = inode;
      owners.push_back(owner);
    }
  }

  [[nodiscard]] std::string why() const {
    if (late_) return "time ran out before every process was looked into";
    if (closed_to_us_ != 0) {
      return std::to_string(closed_to_us_) +
             " processes do not show us their descriptors (that needs root or CAP_SYS_PTRACE)";
    }
    return "no process that we see holds it: its owner lives in another pid namespace, is hidden by hidepid, has just "
           "ended, or is the kernel itself";
  }

  std::set<std::uint64_t> wanted_;
  std::set<std::uint64_t> unowned_;
  std::set<pid_t> seen_;
  std::vector<pid_t> with_more_;
  std::map<pid_t, std::set<std::uint64_t>> found_;
  Clock::time_point end_;
  bool late_ = false;
  std::size_t closed_to_us_ = 0;
};

std::vector<pid_t> all_processes() {
  std::vector<pid_t> pids;
  const auto names = list_directory("/proc");
  if (!names) return pids;
  for (const auto& name : *names)
    if (const auto pid = parse_number<pid_t>(name)) pids.push_back(*pid);
  return pids;
}

/// Without the processes already looked into and, where the kernel tells, those without any descriptor: kernel threads.
std::vector<pid_t> fewest_descriptors_first(const std::vector<pid_t>& pids, const Search& search) {
  std::vector<std::pair<std::uint64_t, pid_t>> counted;
  for (const auto pid : pids)
    if (!search.looked_into(pid)) counted.emplace_back(descriptors_of(pid), pid);
  std::sort(counted.begin(), counted.end());
  const bool told = !counted.empty() && counted.back().first != 0;
  std::vector<pid_t> order;
  for (const auto& [count, pid] : counted)
    if (count != 0 || !told) order.push_back(pid);
  return order;
}

std::set<pid_t> groups_outside(const std::vector<pid_t>& first, const Search& search) {
  std::set<pid_t> groups;
  for (const auto& [pid, inodes] : search.found())
    if (std::find(first.begin(), first.end(), pid) == first.end()) groups.insert(::getpgid(pid));
  groups.erase(-1);
  return groups;
}

void look_into_siblings(Search& search, const std::vector<pid_t>& first, const std::vector<pid_t>& pids) {
  const auto groups = groups_outside(first, search);
  if (groups.empty()) return;
  for (const auto pid : pids) {
    if (search.late()) return;
    if (!search.looked_into(pid) && groups.count(::getpgid(pid)) != 0) search.look_into(pid);
  }
}

}  // namespace

SocketOwners find_owners(const std::vector<std::uint64_t>& inodes, const std::vector<pid_t>& first,
                         std::chrono::milliseconds deadline) {
  Search search(inodes, deadline);
  for (const auto pid : first) search.look_into(pid);
  if (search.over()) return search.owners();
  const auto pids = all_processes();
  for (const auto pid : fewest_descriptors_first(pids, search)) {
    search.look_into(pid);
    if (search.over()) break;
  }
  search.look_deeper();
  look_into_siblings(search, first, pids);
  return search.owners();
}

}  // namespace preflight
