// SPDX-License-Identifier: Apache-2.0
// The profiles of tuned as it loads and merges them, as far as they set kernel settings (tuned-profiles(7),
// tuned.conf(5)).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight::sysctl_writers {

struct TunedOption {
  std::string value;  // as written
  std::string file;
  std::uint32_t line = 0;
};

/// A section that becomes a plug-in: [sysctl], or another name with type=sysctl.
struct TunedUnit {
  std::string type;
  bool enabled = true;
  bool replace = false;
  bool conditional = false;  // only on machines whose uname or cpuinfo matches
  std::vector<std::string> drop;
  std::map<std::string, TunedOption, std::less<>> options;
};

using TunedUnits = std::map<std::string, TunedUnit, std::less<>>;

/// Profiles in the order given, each after those it includes. `directories` from the most to the least important.
/// Nothing where tuned would refuse one of them and apply none; an error where what is included would have to be
/// computed, or a file is there and cannot be read.
[[nodiscard]] Result<TunedUnits> load_profiles(const HostView& host, const std::vector<std::string>& names,
                                               const std::vector<std::string>& directories);

}  // namespace preflight::sysctl_writers
