// SPDX-License-Identifier: Apache-2.0
// A service unit's properties that bear on haproxy, whether the running systemd told them or the unit's files did.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace preflight {

/// LimitNOFILE "infinity" and an unbounded CapabilityBoundingSet.
inline constexpr std::uint64_t kUnlimited = UINT64_MAX;

struct EnvironmentFile {
  std::string path;
  bool optional = false;  // written with a leading '-'
  friend bool operator==(const EnvironmentFile&, const EnvironmentFile&) = default;
};

/// BindPaths= and BindReadOnlyPaths=: what the service finds at `destination` is `source`.
struct BindPath {
  std::string source;
  std::string destination;
  bool optional = false;  // written with a leading '-'
  friend bool operator==(const BindPath&, const BindPath&) = default;
};

/// Where systemd makes the directories of a service, by setting.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kMadeBelow = {{
    {"RuntimeDirectory", "/run/"},
    {"StateDirectory", "/var/lib/"},
    {"CacheDirectory", "/var/cache/"},
    {"LogsDirectory", "/var/log/"},
}};

/// What systemd gives a service that says nothing else.
inline constexpr std::uint32_t kStandardUmask = 0022;

struct UnitProperties {
  std::string name;                       // "haproxy.service"
  std::string load_state;                 // "loaded", "not-found", ...; empty when read from files
  std::string active_state;               // "active", "failed", "inactive", ...; empty when read from files
  std::string unit_file_state;            // "enabled", "disabled", "masked", ...
  std::string result;                     // "success", "exit-code", ...
  std::optional<bool> start_attempted{};  // since this boot; nothing when read from files
  std::string fragment_path;
  std::vector<std::string> drop_in_paths;
  std::uint64_t limit_nofile = 0;  // hard
  std::uint64_t limit_nofile_soft = 0;
  std::uint32_t main_pid = 0;
  std::string user;   // empty: root
  std::string group;  // empty: the user's
  std::vector<std::string> supplementary_groups;
  std::uint32_t umask = kStandardUmask;
  std::vector<BindPath> bind_paths;
  /// RuntimeDirectory=, StateDirectory=, CacheDirectory= and LogsDirectory= as absolute paths: systemd makes them
  /// before each start and gives them to User=.
  std::vector<std::string> made_directories;
  std::uint64_t capability_bounding_set = kUnlimited;
  std::uint64_t ambient_capabilities = 0;
  // What its control group will allow; nothing where that was not told: a percentage in a unit file, an older record.
  std::optional<std::uint64_t> memory_max{};  // bytes; kUnlimited: no limit
  std::optional<std::uint64_t> cpu_quota{};   // microseconds of CPU time a second; kUnlimited: no limit
  std::string slice;                          // "system.slice", whose limits bind it too; empty: not told
  std::vector<std::string> environment;       // NAME=value
  std::vector<EnvironmentFile> environment_files;
  std::vector<std::string> exec_start_pre;  // the programs that are run before
  std::vector<std::string> exec_start;      // argv of the first ExecStart, variables not expanded
  friend bool operator==(const UnitProperties&, const UnitProperties&) = default;
};

}  // namespace preflight
