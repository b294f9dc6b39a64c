// SPDX-License-Identifier: Apache-2.0
// Every path is looked at once, in the mount namespace of the instance; a service that is stopped will find its
// BindPaths= in place.
#include "probes/haproxy/file_facts.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "probes/base/text.h"
#include "probes/haproxy/instances.h"
#include "probes/haproxy/locate.h"
#include "probes/haproxy/service_user.h"
#include "probes/linux/accounts.h"
#include "probes/linux/boot_directories.h"

namespace preflight::haproxy {
namespace {

constexpr std::size_t kListLimit = std::size_t{16} * 1024 * 1024;
constexpr std::size_t kSysctlLimit = 64;

/// A process that is its own master and has left for its chroot shows nothing but that.
Result<void> visible(const HostView& host, const InstanceFacts& instance, const std::string& root) {
  if (root.empty()) return {};
  const auto target = host.link(root);
  if (!target) return tl::make_unexpected(target.error());
  if (*target == "/") return {};
  return fail(std::errc::operation_not_supported, instance.name,
              "lives in a mount namespace that can only be seen from inside its chroot");
}

using Mounts = std::map<std::string, std::string, std::less<>>;

/// What systemd will mount for a service that does not run yet.
Mounts mounts_of(const InstanceFacts& instance) {
  Mounts mounts;
  if (instance.running() || !instance.unit) return mounts;
  for (const auto& path : instance.unit->bind_paths) mounts.emplace(path.destination, path.source);
  return mounts;
}

/// Those below a directory, as seen from inside it.
Mounts inside(const Mounts& mounts, const std::string& directory) {
  Mounts found;
  for (const auto& [destination, source] : mounts) {
    const bool below = destination.size() > directory.size() && destination[directory.size()] == '/' &&
                       destination.compare(0, directory.size(), directory) == 0;
    if (below) found.emplace(destination.substr(directory.size()), source);
  }
  return found;
}

/// Names in a certificate directory that haproxy passes over (crtlist_load_cert_dir in src/ssl_crtlist.c).
bool is_passed_over(std::string_view name) {
  constexpr std::array<std::string_view, 4> kBeside = {".issuer", ".ocsp", ".sctl", ".key"};
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  return name.front() == '.' || std::find(kBeside.begin(), kBeside.end(), name.substr(dot)) != kBeside.end();
}

class FileReader {
 public:
  FileReader(const HostView& host, const InstanceFacts& instance)
      : host_(host), instance_(instance), root_(root_of(host, instance)), walk_(host, root_, mounts_of(instance)) {}

  Result<FileFacts> read() {
    if (const auto seen = visible(host_, instance_, root_); !seen) return tl::make_unexpected(seen.error());
    const auto& config = *instance_.config;
    facts_.starter = starter_of(host_, instance_);
    for (const auto& path : config.paths) look(path);
    for (std::size_t i = 0; i < facts_.listed.size(); ++i) look(ConfigPath(facts_.listed[i]));
    for (const auto* socket : unix_sockets(config)) look_at_socket(*socket);
    read_chroot();
    if (!facts_.starter || facts_.starter->uid != 0) find_accounts(config);
    return std::move(facts_);
  }

 private:
  /// Counts one look, while there are some left.
  bool may_look() {
    if (looked_ == kFileLookLimit) return false;
    ++looked_;
    return true;
  }

  /// Null when too many were looked at before.
  PathFacts* look_at(const std::string& path) {
    const auto known = facts_.paths.find(path);
    if (known != facts_.paths.end()) return &known->second;
    if (!may_look()) {
      ++facts_.left_out;
      return nullptr;
    }
    return &facts_.paths.emplace(path, PathFacts{walk_.find(path)}).first->second;
  }

  void look(const ConfigPath& wanted) {
    const std::string path = absolute_file(wanted.path, instance_);
    PathFacts* const facts = look_at(path);
    if (facts == nullptr || !looked_as_.emplace(wanted.kind, path).second) return;
    if (wanted.kind == PathKind::certificate) look_beside(path, *facts);
    if (wanted.kind == PathKind::certificate_list && facts->found) read_list(path, *facts->found);
    if (wanted.kind == PathKind::server_state && !facts->found) look_at(directory_above(path));
  }

  void look_beside(const std::string& path, PathFacts& facts) {
    if (!facts.found) {
      for (const auto& name : bundle_of(path)) look_at(name);
    } else if (facts.found->status.kind == FileKind::directory) {
      read_directory(path, facts);
    } else {
      look_at(key_beside(path));
    }
  }

  void read_directory(const std::string& path, PathFacts& facts) {
    const auto names = host_.list(root_ + facts.found->resolved);
    if (!names) {
      facts.found = tl::make_unexpected(names.error());
      return;
    }
    const std::set<std::string_view> known(names->begin(), names->end());
    for (const auto& name : *names) {
      const bool key = name.size() > 4 && name.compare(name.size() - 4, 4, ".key") == 0;
      // a private key is not loaded by its own name, but whoever may read it matters
      if (is_passed_over(name) && !(key && known.count(name.substr(0, name.size() - 4)) != 0)) continue;
      if (may_look()) {
        facts.entries.emplace_back(name, walk_.find(std::string(path).append("/").append(name)));
      } else {
        ++facts.entries_left_out;
      }
    }
  }

  /// The first word of each line is a certificate (crtlist_parse_file).
  void read_list(const std::string& path, const PathStatus& found) {
    const auto content = host_.read(root_ + found.resolved, kListLimit);
    if (!content) {
      facts_.paths.at(path).found = tl::make_unexpected(content.error());
      return;
    }
    const auto file = std::make_shared<const std::string>(path);
    std::uint32_t number = 0;
    for_each_line(*content, [&](std::string_view line) {
      ++number;
      const auto blank = line.find_first_not_of(" \t\r\v\f");
      if (blank == std::string_view::npos || line[blank] == '#') return;
      const auto name = line.substr(blank, line.find_first_of(" \t\r\v\f[", blank) - blank);
      if (name.empty() || name.front() == '@' || facts_.listed.size() >= kFileLookLimit) return;
      const Origin origin{file, number, static_cast<std::uint32_t>(blank + 1)};
      facts_.listed.push_back({PathKind::certificate, with_base(name), origin, "crt-list"});
    });
  }

  [[nodiscard]] std::string with_base(std::string_view name) const {
    const auto& base = instance_.config->certificate_base;
    if (base.empty() || name.front() == '/') return std::string(name);
    return base + "/" + std::string(name);
  }

  /// haproxy makes it beside its place and renames it then, so the directory matters even where a socket is.
  void look_at_socket(const Bind& socket) {
    const std::string path = absolute_file(socket.address.text, instance_);
    const PathFacts* const facts = look_at(path);
    if (facts == nullptr) return;
    if (facts->found && belongs_to_another(facts->found->status)) read_link_protection();
    const PathFacts* const directory = look_at(directory_above(path));
    const bool missing = directory != nullptr && !directory->found;
    if (missing && !facts_.boot_directories && !host_.status("/run/systemd/system")) {
      facts_.boot_directories = boot_directories(host_);
    }
  }

  /// Root keeps CAP_FOWNER unless its unit takes it.
  bool belongs_to_another(const FileStatus& file) const {
    if (!facts_.starter || file.uid == facts_.starter->uid) return false;
    const auto& unit = instance_.unit;
    return facts_.starter->uid != 0 || (unit && !holds(unit->capability_bounding_set, kCapFowner));
  }

  void read_link_protection() {
    if (facts_.links_are_protected) return;
    const auto value = host_.read("/proc/sys/fs/protected_hardlinks", kSysctlLimit);
    facts_.links_are_protected =
        value ? Result<bool>(trim(*value) != "0") : Result<bool>(tl::make_unexpected(value.error()));
  }

  void find_accounts(const Config& config) {
    find_account_names(config.global.user, config.global.group);
    for (const auto* socket : unix_sockets(config)) find_account_names(socket->user, socket->group);
  }

  void find_account_names(const std::optional<Text>& user, const std::optional<Text>& group) {
    if (user && facts_.users.count(user->value) == 0 && may_look()) {
      facts_.users.emplace(user->value, find_user(host_, user->value));
    }
    if (group && facts_.groups.count(group->value) == 0 && may_look()) {
      facts_.groups.emplace(group->value, find_group(host_, group->value));
    }
  }

  void read_chroot() {
    const auto& chroot = instance_.config->global.chroot;
    if (!chroot) return look_at_logs(walk_);
    const std::string path = absolute_file(chroot->value, instance_);
    PathFacts* const facts = look_at(path);
    if (facts == nullptr || !facts->found) return;
    const auto& directory = facts->found->status;
    const bool plainly_roots = directory.uid == 0 && ((directory.mode & 0020U) == 0 || directory.gid == 0);
    if (!plainly_roots) facts_.worker = worker_of(host_, instance_, facts_.starter);
    const std::string& resolved = facts->found->resolved;
    PathWalk walk(host_, resolved == "/" ? root_ : root_ + resolved, inside(mounts_of(instance_), resolved));
    look_at_logs(walk);
  }

  void look_at_logs(PathWalk& walk) {
    const auto look = [&](const std::vector<LogTarget>& logs) {
      for (const auto& log : logs) {
        const auto& path = log.address.text;
        const bool wanted = log.address.kind == AddressKind::unix_path && facts_.log_sockets.count(path) == 0;
        if (wanted && may_look()) facts_.log_sockets.emplace(path, walk.find(path));
      }
    };
    look(instance_.config->global.logs);
    for (const auto& proxy : instance_.config->proxies) look(proxy.logs);
  }

  const HostView& host_;
  const InstanceFacts& instance_;
  std::string root_;
  PathWalk walk_;
  FileFacts facts_;
  std::set<std::pair<PathKind, std::string>> looked_as_;  // a file may be named as several things
  std::size_t looked_ = 0;
};

}  // namespace

Result<FileFacts> read_files(const HostView& host, const InstanceFacts& instance) {
  return FileReader(host, instance).read();
}

}  // namespace preflight::haproxy
