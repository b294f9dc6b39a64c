// SPDX-License-Identifier: Apache-2.0
// Links are followed here and not by the kernel: behind /proc/PID/root, and in a chroot that is looked at from outside,
// an absolute link would lead the kernel to our own files.
#include "probes/linux/paths.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr int kLinkLimit = 40;  // of the kernel's own path walk
constexpr FileStatus kMountPoint{.kind = FileKind::directory, .mode = 0755};
constexpr int kStepLimit = 1'000;  // directories of one path, those behind links included

std::string parent_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string below(const std::string& directory, std::string_view name) {
  std::string path = directory;
  if (path.back() != '/') path += '/';
  path += name;
  return path;
}

unsigned bits_of(const FileStatus& status, const Account& account) {
  if (status.uid == account.uid) return status.mode >> 6U;
  return account.in_group(status.gid) ? status.mode >> 3U : status.mode;
}

}  // namespace

bool Account::in_group(std::uint32_t group) const {
  return gid == group || std::find(groups.begin(), groups.end(), group) != groups.end();
}

bool allows(const FileStatus& status, const Account& account, Access access) {
  return (bits_of(status, account) & static_cast<unsigned>(access)) != 0;
}

bool others_may(const FileStatus& status, Access access) { return (status.mode & static_cast<unsigned>(access)) != 0; }

bool others_reach(const PathStatus& path) {
  return std::all_of(path.way->begin(), path.way->end(), [](const auto& d) { return others_may(d, Access::search); });
}

bool reaches(const PathStatus& path, const Account& account) {
  return std::all_of(path.way->begin(), path.way->end(),
                     [&](const auto& d) { return allows(d, account, Access::search); });
}

/// Where the host keeps what the reader calls `path`.
std::string PathWalk::real(const std::string& path) const {
  std::string_view above = path;
  while (!mounts_.empty() && !above.empty()) {
    const auto mounted = mounts_.find(above);
    if (mounted != mounts_.end()) return mounted->second + path.substr(above.size());
    above = above.substr(0, above.find_last_of('/'));
  }
  return path == "/" && !root_.empty() ? root_ : root_ + path;
}

/// A directory that need not be there yet: systemd makes what it mounts onto.
bool PathWalk::leads_to_mount(const std::string& directory) const {
  const auto below = mounts_.lower_bound(directory + "/");
  return below != mounts_.end() && below->first.compare(0, directory.size() + 1, directory + "/") == 0;
}

Result<PathStatus> PathWalk::top() {
  auto known = directories_.find("/");
  if (known == directories_.end()) {
    const auto status = host_.status(real("/"));
    if (!status) return tl::make_unexpected(status.error());
    known = directories_.emplace("/", *status).first;
  }
  return PathStatus{"/", known->second, none_};
}

PathWalk::Way PathWalk::way_below(const PathStatus& directory) {
  auto& way = ways_[{directory.way, directory.resolved}];
  if (way != nullptr) return way;
  auto longer = *directory.way;
  longer.push_back(directory.status);
  way = std::make_shared<const std::vector<FileStatus>>(std::move(longer));
  return way;
}

/// What a link leads to, with the way to the link before the way behind it.
Result<PathStatus> PathWalk::follow(const PathStatus& from, const std::string& target, Budget& budget) {
  if (++budget.links > kLinkLimit) return fail_errno(ELOOP, from.resolved);
  auto way = *way_below(from);
  auto found = walk(target.substr(0, 1) == "/" ? target : below(from.resolved, target), budget);
  if (!found) return found;
  way.insert(way.end(), found->way->begin(), found->way->end());
  found->way = std::make_shared<const std::vector<FileStatus>>(std::move(way));
  return found;
}

Result<PathStatus> PathWalk::step(const PathStatus& from, std::string_view name, Budget& budget) {
  if (++budget.steps > kStepLimit) return fail_errno(ENAMETOOLONG, from.resolved);
  if (from.status.kind != FileKind::directory) return fail_errno(ENOTDIR, from.resolved);
  if (name == "..") return walk(parent_of(from.resolved), budget);
  const std::string next = below(from.resolved, name);
  const auto known = directories_.find(next);
  if (known != directories_.end()) return PathStatus{next, known->second, way_below(from)};
  if (mounts_.count(next) == 0) {  // what is mounted is no link, whatever lies below it
    const auto target = host_.link(real(next));
    if (target) return follow(from, *target, budget);
    if (target.error().code != std::errc::invalid_argument && !leads_to_mount(next)) {
      return tl::make_unexpected(target.error());
    }
  }
  auto status = host_.status(real(next));
  if (!status && leads_to_mount(next)) status = kMountPoint;
  if (!status) return tl::make_unexpected(status.error());
  if (status->kind == FileKind::directory) directories_.emplace(next, *status);
  return PathStatus{next, *status, way_below(from)};
}

Result<PathStatus> PathWalk::walk(const std::string& path, Budget& budget) {
  if (path.size() >= PATH_MAX) return fail_errno(ENAMETOOLONG, path.substr(0, 64) + "...");
  auto at = top();
  for (const auto name : split(path, '/')) {
    if (!at) return at;
    if (name.empty() || name == ".") continue;
    at = step(*at, name, budget);
  }
  return at;
}

Result<PathStatus> PathWalk::find(const std::string& path) {
  if (path.empty() || path.front() != '/') return fail(std::errc::invalid_argument, path, "is not an absolute path");
  Budget budget;
  auto found = walk(path, budget);
  if (!found) found.error().object = path;
  return found;
}

}  // namespace preflight
