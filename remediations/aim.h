// SPDX-License-Identifier: Apache-2.0
// What a remedy wants to be true of the host, now and after the next boot; the planner makes changes of it, and none
// where it is true already.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace preflight {

/// How a value is compared that is there already.
enum class AimRule : std::uint8_t {
  at_least,  // a number; more is as good
  exactly,
};

/// A kernel setting of our network namespace, or of the whole host.
struct SettingAim {
  std::string key;    // dotted
  std::string value;  // in the kernel's own spelling, blanks made single
  AimRule rule = AimRule::at_least;
};

/// LimitNOFILE= of a service, soft and hard.
struct LimitAim {
  std::string unit;
  std::uint64_t descriptors = 0;
};

/// A module that boot loads before it sets what the module brings.
struct ModuleAim {
  std::string module;
};

/// A service that must be started anew to take what it was given.
struct RestartAim {
  std::string unit;
};

/// A port that SELinux calls by another type. `proof` is a sentence: which rule is missing now, and which one is there
/// then.
struct LabelAim {
  std::string protocol;  // "tcp"
  std::uint16_t port = 0;
  std::string type;  // "http_port_t"
  std::string proof{};
};

/// A switch of the SELinux policy, now and at every boot.
struct BooleanAim {
  std::string name;
  bool value = true;
  std::string proof{};
};

/// The store of the SELinux policy is whole, and boot loads what it holds.
struct StoreAim {
  std::string store;  // "targeted"
};

using Aim = std::variant<SettingAim, LimitAim, ModuleAim, RestartAim, LabelAim, BooleanAim, StoreAim>;
using Aims = std::vector<Aim>;

}  // namespace preflight
