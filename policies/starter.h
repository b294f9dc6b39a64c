// SPDX-License-Identifier: Apache-2.0
// What haproxy's starter may do. haproxy binds its listeners, enters its chroot and takes its user on with the
// capabilities that it was started with, and loses them after that.
#pragma once

#include <cstdint>
#include <string>

#include "probes/facts.h"

namespace preflight {

/// Whether haproxy has the capability (capability.h numbers them) while it starts: by its unit, else as the running
/// process tells. An error where neither can be seen.
[[nodiscard]] Result<bool> starter_has(const haproxy::InstanceFacts& instance, const Facts& facts, unsigned capability);

/// Who starts haproxy; root by its unit needs no look at any file.
[[nodiscard]] Result<Account> starter_of(const haproxy::InstanceFacts& instance);

/// Whether a user of the configuration, by name or number, is the starter. For root only root is: other names were not
/// looked up.
[[nodiscard]] Result<bool> is_starter(const haproxy::InstanceFacts& instance, const std::string& user);

/// Whether a group of the configuration is one of the starter's: its own, or one of the supplementary ones too.
enum class Membership : std::uint8_t { own, any };
[[nodiscard]] Result<bool> is_starters(const haproxy::InstanceFacts& instance, const std::string& group,
                                       Membership membership);

/// "root", "user nobody", "user 65534"
[[nodiscard]] std::string starter_text(const haproxy::InstanceFacts& instance);

}  // namespace preflight
