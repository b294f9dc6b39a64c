// SPDX-License-Identifier: Apache-2.0
// Each path is resolved to a descriptor inside the tree, and the descriptor is read like any file of the live host.
#include "probes/host/tree_host.h"

#include <fcntl.h>

#include <cerrno>
#include <ctime>

#include "probes/host/files.h"
#include "probes/host/log_lines.h"
#include "probes/host/policy_file.h"
#include "probes/host/tree_path.h"

namespace preflight {
namespace {

tl::unexpected<Error> offline(std::string object) { return tl::make_unexpected(offline_tree(std::move(object))); }

/// What only a running kernel shows may be in the tree as a copy, but its absence says nothing about the host.
tl::unexpected<Error> refused(const Error& error, const std::string& path) {
  const bool live_fact = path.rfind("/proc/", 0) == 0 || path.rfind("/sys/", 0) == 0;
  const bool missing = error.code == std::errc::no_such_file_or_directory;
  return live_fact && missing ? offline(path) : tl::make_unexpected(error);
}

/// Applies `look(path)` to what `path` names inside the tree; errors name the path as it was asked for.
template <typename Look>
auto inside(const Descriptor& root, const std::string& path, Look look) {
  using Answer = decltype(look(path));
  const auto file = open_in_root(root, path, LastLink::followed);
  if (!file) return Answer(refused(file.error(), path));
  auto answer = look("/proc/self/fd/" + std::to_string(file->number()));
  if (!answer) answer.error().object = path;
  return answer;
}

}  // namespace

Result<std::string> TreeHost::read(const std::string& path, std::size_t limit) const {
  return inside(root_, path, [limit](const std::string& file) { return read_file(file, limit); });
}

Result<std::string> TreeHost::read_in(Netns /*netns*/, const std::string& path) const { return read(path); }

Result<std::vector<std::string>> TreeHost::list(const std::string& path) const {
  return inside(root_, path, [](const std::string& directory) { return list_directory(directory); });
}

Result<std::vector<std::string>> TreeHost::list_links(const std::string& path) const {
  return inside(root_, path, [](const std::string& directory) { return list_links_of_directory(directory); });
}

Result<FileStatus> TreeHost::status(const std::string& path) const {
  return inside(root_, path, [](const std::string& file) { return file_status(file); });
}

Result<std::string> TreeHost::link(const std::string& path) const {
  const auto file = open_in_root(root_, path, LastLink::kept);
  if (!file) return refused(file.error(), path);
  return link_target(*file, path);
}

Result<std::string> TreeHost::lines_with(const std::string& path, const std::vector<std::string>& words,
                                         std::size_t limit) const {
  if (path == kKernelLog) return offline(path);
  return inside(root_, path, [&](const std::string& file) { return log_lines(file, words, limit); });
}

Result<std::string> TreeHost::label(const std::string& path) const {
  return inside(root_, path, [](const std::string& file) { return file_label(file); });
}

Result<selinux::PolicyAnswer> TreeHost::policy(const selinux::PolicyQuestion& question) const {
  return inside(root_, question.path, [&](const std::string& file) { return ask_policy_file(file, question); });
}

Result<std::vector<SocketEntry>> TreeHost::sockets(Netns /*netns*/, const SocketQuery& /*query*/) const {
  return offline("sockets");
}

Result<bool> TreeHost::is_local(Netns /*netns*/, const IpAddress& address) const { return offline(to_string(address)); }

SocketOwners TreeHost::owners(const std::vector<std::uint64_t>& /*inodes*/, const std::vector<pid_t>& /*first*/,
                              std::chrono::milliseconds /*deadline*/) const {
  return {.owners = {}, .complete = false, .why_incomplete = "offline tree"};
}

Result<UnitProperties> TreeHost::unit(const std::string& name) const { return offline(name); }

Result<std::unique_ptr<PendingCommand>> TreeHost::start(const Command& command) const { return offline(command.path); }

std::int64_t TreeHost::now() const { return std::time(nullptr); }

Result<std::unique_ptr<HostView>> open_tree(const std::string& directory) {
  if (directory.find('\0') != std::string::npos) return fail_errno(EINVAL, directory);
  Descriptor root(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid()) return fail_errno(errno, directory);
  return std::make_unique<TreeHost>(std::move(root));
}

}  // namespace preflight
