// SPDX-License-Identifier: Apache-2.0
// Which files make up a unit: systemd's lookup directories, the names that links give a unit, its fragment and its
// drop-ins (systemd.unit(5), as of 252).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "probes/linux/paths.h"
#include "probes/linux/unit_conf_files.h"

namespace preflight {

/// When the files are read: the next boot begins with an empty /run.
enum class UnitMoment : std::uint8_t { reload, boot };

/// Whether a file or directory is lost with /run; what generators write there comes back.
[[nodiscard]] bool is_gone_after_boot(std::string_view path);

struct FoundUnit {
  std::string id;                    // the name of its fragment, which may not be the name asked for
  std::vector<std::string> aliases;  // its other names, in byte order; their drop-ins count too
  std::string fragment;              // a path
  bool masked = false;               // the fragment says that there shall be no such unit
  std::vector<ConfFile> drop_ins;
};

class UnitSearch {
 public:
  /// An error where a lookup directory cannot be listed.
  [[nodiscard]] static Result<UnitSearch> open(const HostView& host);

  /// ENOENT when no directory has the unit.
  [[nodiscard]] Result<FoundUnit> find(const std::string& name, UnitMoment moment);

 private:
  struct Directory {
    std::string path;
    std::string resolved;
    std::set<std::string, std::less<>> links;
  };
  /// Where a name leads: to a file, or to another name.
  struct Entry {
    std::string path{};
    std::string alias_of{};
  };

  explicit UnitSearch(const HostView& host) : host_(&host), walk_(host, "") {}

  [[nodiscard]] bool counts(const std::string& path) const;
  [[nodiscard]] std::optional<std::string> chased(const std::string& path);
  [[nodiscard]] std::optional<Entry> follow(const Directory& directory, const std::string& name);
  [[nodiscard]] std::optional<Entry> entry(const std::string& name);
  [[nodiscard]] std::optional<std::string> fragment_of(const std::string& name);
  [[nodiscard]] std::set<std::string> links_towards(const std::string& name) const;
  void add_aliases(const std::string& name, const std::string& unit, const std::string& fragment,
                   std::set<std::string>& names);
  [[nodiscard]] std::optional<std::string> drop_in_directory(const Directory& directory, const std::string& name);
  void add_drop_in_directories(const std::string& name, std::vector<std::string>& found);

  const HostView* host_;
  PathWalk walk_;
  UnitMoment moment_ = UnitMoment::reload;
  std::vector<Directory> directories_;  // those that are there, the highest first
  std::vector<std::string> inside_;     // their paths, also those that links lead to: what is a unit's place
};

}  // namespace preflight
