// SPDX-License-Identifier: Apache-2.0
// The files a configuration names, as they are on the host: certificates and pages are opened when haproxy starts, by
// whoever starts it; log sockets are looked up at every message, by a worker inside its chroot (src/log.c).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "probes/haproxy/config.h"
#include "probes/host/host_view.h"
#include "probes/linux/paths.h"

namespace preflight::haproxy {

struct InstanceFacts;

/// Most files looked at for one instance: a directory may hold certificates by the ten thousand.
inline constexpr std::size_t kFileLookLimit = 10'000;

/// What stands at a path of the configuration.
struct PathFacts {
  Result<PathStatus> found = unread("path");
  /// Of a directory of certificates: the files haproxy loads from it.
  std::vector<std::pair<std::string, Result<PathStatus>>> entries{};
  std::uint64_t entries_left_out = 0;  // beyond kFileLookLimit
};

struct FileFacts {
  /// By absolute path, as the starter of haproxy finds it.
  std::map<std::string, PathFacts, std::less<>> paths{};
  /// Log sockets, as a worker finds them: inside the chroot, where there is one.
  std::map<std::string, Result<PathStatus>, std::less<>> log_sockets{};
  /// The certificates that the lines of `crt-list` files name; the origin is that line.
  std::vector<ConfigPath> listed{};
  Result<Account> starter = unread("starter");  // who opens the files: root, or the User= of the unit
  Result<Account> worker = unread("user");      // who haproxy becomes; only looked up where it may matter
  /// The numbers of the users and groups that haproxy, or the file of a socket, shall belong to; looked up where the
  /// starter is not root, who may give anything away.
  std::map<std::string, Result<std::uint32_t>, std::less<>> users{};
  std::map<std::string, Result<std::uint32_t>, std::less<>> groups{};
  /// fs.protected_hardlinks, by which nobody may link to the socket of somebody else; read where one stands in the
  /// place of a socket, and haproxy's starter is not above that.
  std::optional<Result<bool>> links_are_protected{};
  /// What systemd makes at boot; read where the directory of a socket is missing and no systemd has booted yet.
  std::optional<Result<std::set<std::string>>> boot_directories{};
  std::uint64_t left_out = 0;  // paths beyond kFileLookLimit

  /// Null where nobody looked.
  [[nodiscard]] const PathFacts* at(const std::string& path) const;
};

/// A path of the configuration as haproxy would open it: relative ones start at -C, else where it is started.
[[nodiscard]] std::string absolute_file(const std::string& path, const InstanceFacts& instance);

/// "/run/haproxy" of "/run/haproxy/admin.sock".
[[nodiscard]] std::string directory_above(const std::string& path);

/// "site.pem.key": where haproxy looks for a private key beside a certificate.
[[nodiscard]] std::string key_beside(const std::string& certificate);

/// The certificates that share one name: "site.pem.rsa", "site.pem.ecdsa", "site.pem.dsa".
[[nodiscard]] std::vector<std::string> bundle_of(const std::string& certificate);

/// The sockets in the file system that haproxy makes when it starts, in the order of the file.
[[nodiscard]] std::vector<const Bind*> unix_sockets(const Config& config);

/// Looks at everything the instance's configuration names. An error where the instance cannot be looked at from here.
[[nodiscard]] Result<FileFacts> read_files(const HostView& host, const InstanceFacts& instance);

}  // namespace preflight::haproxy
