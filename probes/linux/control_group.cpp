// SPDX-License-Identifier: Apache-2.0
// Where a controller's files are depends on the hierarchy it is attached to: one of its own (version 1), or the unified
// one, which is mounted below /sys/fs/cgroup/unified as long as others are in use beside it.
#include "probes/linux/control_group.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr std::string_view kMount = "/sys/fs/cgroup";
constexpr std::int64_t kNoLimit = std::int64_t{1} << 62;  // version 1 writes the largest number of pages, in bytes

/// One line of /proc/PID/cgroup: "4:memory:/path", "0::/path".
struct Entry {
  std::string_view controllers;
  std::string_view path;
};

std::vector<Entry> entries_of(std::string_view membership) {
  std::vector<Entry> entries;
  for_each_line(membership, [&](std::string_view line) {
    const auto first = line.find(':');
    const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) return;
    entries.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  });
  return entries;
}

/// A group of one controller's hierarchy.
struct Group {
  std::string mount;
  std::string path;  // below it, "/" or "/system.slice/haproxy.service"
  bool unified = false;
};

Result<Group> group_of(std::string_view membership, std::string_view controller) {
  const auto entries = entries_of(membership);
  const auto has = [&](const Entry& entry) {
    const auto names = split(entry.controllers, ',');
    return std::find(names.begin(), names.end(), controller) != names.end();
  };
  const auto older = std::find_if(entries.begin(), entries.end(), has);
  const auto unified =
      std::find_if(entries.begin(), entries.end(), [](const Entry& entry) { return entry.controllers.empty(); });
  const bool is_older = older != entries.end();
  if (!is_older && unified == entries.end()) {
    return fail(std::errc::not_supported, std::string(controller) + " controller", "in no hierarchy of control groups");
  }
  Group group;
  group.unified = !is_older;
  group.path = std::string(is_older ? older->path : unified->path);
  group.mount = std::string(kMount) + (is_older ? "/" + std::string(controller) : entries.size() > 1 ? "/unified" : "");
  if (group.path.rfind("/..", 0) == 0) {
    return fail(std::errc::permission_denied, group.path, "a control group outside of those that are visible here");
  }
  return group;
}

/// The group's directory and those around it, innermost first. A container may see its own group as the root of the
/// mount while the kernel still tells the whole path: then nothing of that path exists, and the root is the group.
Result<std::vector<std::string>> directories_of(const HostView& host, const Group& group) {
  std::vector<std::string> directories;
  for (auto path = group.path; path.size() > 1; path.erase(path.rfind('/'))) directories.push_back(group.mount + path);
  const auto innermost = directories.empty() ? group.mount : directories.front();
  if (const auto there = host.status(innermost); !there) {
    const bool missing = there.error().code == std::errc::no_such_file_or_directory;
    if (!missing || directories.empty() || host.status(directories.back())) return tl::make_unexpected(there.error());
    if (const auto root = host.status(group.mount); !root) return tl::make_unexpected(root.error());
    directories.clear();
  }
  directories.push_back(group.mount);
  return directories;
}

/// The numbers of a file; "max" and what is beyond any limit are left out. A group without the file is not limited: its
/// controller is not enabled there, or it is the root.
Result<std::vector<std::int64_t>> numbers_in(const HostView& host, const std::string& path) {
  const auto text = host.read(path);
  if (!text && text.error().code == std::errc::no_such_file_or_directory) return std::vector<std::int64_t>{};
  if (!text) return tl::make_unexpected(text.error());
  std::vector<std::int64_t> numbers;
  for (const auto word : words(*text)) {
    if (word == "max") return std::vector<std::int64_t>{};
    const auto number = parse_integer(word);
    if (!number) return fail(std::errc::bad_message, path, "not in the form the kernel writes");
    if (*number < 0 || *number >= kNoLimit) return std::vector<std::int64_t>{};
    numbers.push_back(*number);
  }
  return numbers;
}

std::optional<GroupLimit> limit(std::int64_t value, std::string source) {
  return GroupLimit{static_cast<std::uint64_t>(value), std::move(source)};
}

GroupBound memory_of(const HostView& host, const std::string& directory, bool unified) {
  auto path = directory + (unified ? "/memory.max" : "/memory.limit_in_bytes");
  const auto numbers = numbers_in(host, path);
  if (!numbers) return tl::make_unexpected(numbers.error());
  return numbers->empty() ? std::nullopt : limit(numbers->front(), std::move(path));
}

GroupBound cpu_of(const HostView& host, const std::string& directory, bool unified) {
  auto path = directory + (unified ? "/cpu.max" : "/cpu.cfs_quota_us");
  auto numbers = numbers_in(host, path);
  if (!numbers) return tl::make_unexpected(numbers.error());
  if (!unified && !numbers->empty()) {
    const auto period = numbers_in(host, directory + "/cpu.cfs_period_us");
    if (!period) return tl::make_unexpected(period.error());
    numbers->insert(numbers->end(), period->begin(), period->end());
  }
  if (numbers->size() < 2 || (*numbers)[1] == 0) return std::nullopt;
  const auto quota = (*numbers)[0];
  const auto period = (*numbers)[1];
  constexpr std::int64_t kSecond = 1'000'000;
  if (quota / period >= kNoLimit / kSecond) return std::nullopt;
  return limit(quota / period * kSecond + quota % period * kSecond / period, std::move(path));
}

template <typename Read>
GroupBound tightest(const HostView& host, std::string_view membership, std::string_view controller, Read read) {
  const auto group = group_of(membership, controller);
  if (!group) return tl::make_unexpected(group.error());
  const auto directories = directories_of(host, *group);
  if (!directories) return tl::make_unexpected(directories.error());
  GroupBound found = std::nullopt;
  for (const auto& directory : *directories) found = tighter(std::move(found), read(host, directory, group->unified));
  return found;
}

/// "a-b.slice" -> "/a.slice/a-b.slice".
std::string path_of_slice(std::string_view slice) {
  constexpr std::string_view kSuffix = ".slice";
  const auto name = slice.substr(0, slice.rfind(kSuffix));
  if (name == "-" || name.empty()) return "/";
  std::string path;
  for (std::size_t dash = 0; dash != std::string_view::npos;) {
    dash = name.find('-', dash + 1);
    path += '/';
    path += name.substr(0, dash);
    path += kSuffix;
  }
  return path;
}

}  // namespace

GroupBound tighter(GroupBound a, GroupBound b) {
  if (!a) return a;
  if (!b || !*a) return b;
  if (!*b) return a;
  return (*b)->value < (*a)->value ? b : a;
}

GroupBound memory_limit(const HostView& host, std::string_view membership) {
  return tightest(host, membership, "memory", memory_of);
}

GroupBound cpu_quota(const HostView& host, std::string_view membership) {
  return tightest(host, membership, "cpu", cpu_of);
}

std::string moved_to_slice(std::string_view membership, std::string_view slice) {
  const auto path = path_of_slice(slice);
  std::string moved;
  for (const auto& entry : entries_of(membership)) {
    moved += (entry.controllers.empty() ? "0:" : "1:") + std::string(entry.controllers) + ":" + path + "\n";
  }
  return moved;
}

}  // namespace preflight
