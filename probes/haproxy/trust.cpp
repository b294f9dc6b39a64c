// SPDX-License-Identifier: Apache-2.0
// Walks a path as the kernel does: a link's target has directories of its own, and each of them can be the way in.
#include "probes/haproxy/trust.h"

#include <cerrno>
#include <deque>
#include <optional>
#include <string_view>
#include <utility>

#include "probes/base/text.h"

namespace preflight::haproxy {
namespace {

constexpr int kLinkLimit = 40;  // of the kernel's own path walk

tl::unexpected<Error> distrusted(std::string object, std::string reason) {
  return fail(std::errc::operation_not_permitted, std::move(object), std::move(reason));
}

Result<FileStatus> root_alone_writes(const HostView& host, const std::string& path) {
  const auto status = host.status(path);
  if (!status) return tl::make_unexpected(status.error());
  if (status->uid != 0) return distrusted(path, "owned by user " + std::to_string(status->uid) + ", not by root");
  if ((status->mode & 022U) != 0) return distrusted(path, "group or others may write it");
  return *status;
}

using Components = std::deque<std::string>;

/// Puts the components of a path or a link's target before those still to walk.
void prepend(Components& left, std::string_view path) {
  const auto names = split(path, '/');
  for (auto name = names.rbegin(); name != names.rend(); ++name)
    if (!name->empty() && *name != ".") left.emplace_front(*name);
}

std::string parent_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

/// The target when `path` is a link. A directory's own entry is protected by the directory, so the link itself needs
/// no owner.
Result<std::optional<std::string>> target_of(const HostView& host, const std::string& path) {
  const auto target = host.link(path);
  if (target) return std::optional(*target);
  if (target.error().code == std::errc::invalid_argument) return std::optional<std::string>();
  return tl::make_unexpected(target.error());
}

struct Resolved {
  std::string path;
  FileStatus status;
};

Result<Resolved> walk(const HostView& host, const std::string& path) {
  if (path.empty() || path.front() != '/') return distrusted(path, "not an absolute path");
  Resolved at;
  const auto root = root_alone_writes(host, "/");
  if (!root) return tl::make_unexpected(root.error());
  at.status = *root;
  Components left;
  prepend(left, path);
  for (int links = 0; !left.empty();) {
    const auto name = std::exchange(left.front(), {});
    left.pop_front();
    if (name == "..") {
      at.path = parent_of(at.path);
      continue;
    }
    const auto next = at.path + "/" + name;
    const auto target = target_of(host, next);
    if (!target) return tl::make_unexpected(target.error());
    if (*target) {
      if (++links > kLinkLimit) return fail_errno(ELOOP, path);
      if (target->value().substr(0, 1) == "/") at.path.clear();
      prepend(left, target->value());
      continue;
    }
    const auto status = root_alone_writes(host, next);
    if (!status) return tl::make_unexpected(status.error());
    at = {next, *status};
  }
  // The last step may have been "..".
  const auto status = root_alone_writes(host, at.path.empty() ? "/" : at.path);
  if (!status) return tl::make_unexpected(status.error());
  at.status = *status;
  return at;
}

}  // namespace

Result<void> trusted_program(const HostView& host, const std::string& path) {
  const auto found = walk(host, path);
  if (!found) return tl::make_unexpected(found.error());
  if (found->status.kind != FileKind::regular) return distrusted(found->path, "not a regular file");
  return {};
}

Result<void> trusted_file(const HostView& host, const std::string& path) {
  const auto found = walk(host, path);
  if (!found) return tl::make_unexpected(found.error());
  if (found->status.kind == FileKind::regular) return {};
  if (found->status.kind != FileKind::directory) return distrusted(found->path, "neither a file nor a directory");
  const auto names = host.list(found->path);
  if (!names) return tl::make_unexpected(names.error());
  for (const auto& name : *names) {
    // haproxy reads the regular files of a directory only and does not descend.
    const auto entry = walk(host, found->path + "/" + name);
    if (!entry) return tl::make_unexpected(entry.error());
  }
  return {};
}

}  // namespace preflight::haproxy
