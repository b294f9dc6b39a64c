// SPDX-License-Identifier: Apache-2.0
// A path as one process walks it: with a root and mounts of its own, link by link. Whether a user may open a file
// depends on every directory on the way, those behind links included (path_resolution(7)).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// Who wants to open something: numbers as the kernel compares them.
struct Account {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups{};  // supplementary ones

  [[nodiscard]] bool in_group(std::uint32_t group) const;
};

/// What a permission is asked for, as in access(2).
enum class Access : std::uint8_t { search = 1, write = 2, read = 4 };

/// Whether the mode bits alone allow it: the owner's bits for the owner, else the group's for its members, else those
/// of others. Access control lists and capabilities are not looked at.
[[nodiscard]] bool allows(const FileStatus& status, const Account& account, Access access);

/// Whether everybody who is neither owner nor in the group may do it.
[[nodiscard]] bool others_may(const FileStatus& status, Access access);

/// A path that led somewhere.
struct PathStatus {
  std::string resolved;  // after all links, as its reader would name it
  FileStatus status;
  /// Every directory that was gone through, the root first.
  std::shared_ptr<const std::vector<FileStatus>> way;
};

/// Whether the directories on the way let everybody, or this account, through.
[[nodiscard]] bool others_reach(const PathStatus& path);
[[nodiscard]] bool reaches(const PathStatus& path, const Account& account);

/// Walks paths inside one root. Directories are looked at once, however many files are asked for below them.
class PathWalk {
 public:
  /// `root` stands before every path ("/proc/812/root", a chroot, or nothing for our own). `mounts` is what a service
  /// that does not run yet will find at other places: absolute path there -> path here.
  PathWalk(const HostView& host, std::string root, std::map<std::string, std::string, std::less<>> mounts = {})
      : host_(host), root_(std::move(root)), mounts_(std::move(mounts)) {}

  /// The object behind an absolute path; the error names the path asked for.
  [[nodiscard]] Result<PathStatus> find(const std::string& path);

 private:
  using Way = std::shared_ptr<const std::vector<FileStatus>>;
  /// What one path has cost so far: a hostile one is not followed for ever.
  struct Budget {
    int links = 0;
    int steps = 0;
  };

  [[nodiscard]] Result<PathStatus> walk(const std::string& path, Budget& budget);
  [[nodiscard]] Result<PathStatus> step(const PathStatus& from, std::string_view name, Budget& budget);
  [[nodiscard]] Result<PathStatus> follow(const PathStatus& from, const std::string& target, Budget& budget);
  [[nodiscard]] Result<PathStatus> top();
  [[nodiscard]] Way way_below(const PathStatus& directory);
  [[nodiscard]] bool leads_to_mount(const std::string& directory) const;
  [[nodiscard]] std::string real(const std::string& path) const;

  const HostView& host_;
  std::string root_;
  std::map<std::string, std::string, std::less<>> mounts_;
  std::map<std::string, FileStatus> directories_;  // those that are no links, by the reader's name
  Way none_ = std::make_shared<const std::vector<FileStatus>>();
  std::map<std::pair<Way, std::string>, Way> ways_;  // by the way to a directory and its name: siblings share one
};

}  // namespace preflight
