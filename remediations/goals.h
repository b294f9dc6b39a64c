// SPDX-License-Identifier: Apache-2.0
// The aims of several remedies as one: of two numbers the larger, of two reservations both.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/check.h"
#include "remediations/aim.h"

namespace preflight {

struct Goals {
  std::map<std::string, SettingAim, std::less<>> settings;   // by key
  std::map<std::string, std::uint64_t, std::less<>> limits;  // descriptors by unit
  std::set<std::string, std::less<>> modules;
  std::set<std::string, std::less<>> restarts;
  std::map<std::pair<std::string, std::uint16_t>, std::string> labels;  // types by protocol and port
  std::map<std::string, bool, std::less<>> booleans;
  std::set<std::string, std::less<>> stores;  // to be repaired

  void add(const Aims& aims);
  /// Keys in the order they must be written: what bounds another one comes before it.
  [[nodiscard]] std::vector<std::string> keys_in_order() const;
};

/// Whether a value is what is aimed at, or better.
[[nodiscard]] bool meets(std::string_view value, const SettingAim& aim);

/// What is not so, in a sentence; empty where everything aimed at is so, now and after the next boot. A restart is not
/// asked about. An error where it cannot be looked at.
[[nodiscard]] Result<std::string> unmet(const Aims& aims, const Case& scene);

}  // namespace preflight
