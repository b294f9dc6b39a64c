// SPDX-License-Identifier: Apache-2.0
// The store of a SELinux policy, changed as a whole through libsemanage, and mended where a commit was cut off.
#pragma once

#include <chrono>
#include <string>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "remediations/selinux_edit.h"

namespace preflight::selinux {

/// Everything is written below `root` and looked at through `view`; where a scratch directory stands for "/" in both,
/// the kernel is left alone.
struct Place {
  const HostView& view;
  std::string root{};
  std::chrono::seconds patience{30};  // with another user of the store
};

/// The store, what boot loads, the loaded policy and the kernel's booleans become as the edit says; a commit that was
/// cut off before is undone or done again on the way. device_or_resource_busy where the store is in use all the time,
/// resource_unavailable_try_again where a part is neither what the edit found nor what it makes of it. What leads back
/// gives the policy the rules and labels it had; libsemanage may write them in another order than a build of all
/// modules does, as it does for semanage(8).
[[nodiscard]] Result<void> carry_out(const Place& place, const SelinuxEdit& edit);

/// Where a commit was cut off, a store is there again and boot loads what it holds. What that commit had prepared is
/// not thrown away by it.
[[nodiscard]] Result<void> repair(const Place& place, const std::string& store);

/// Makes durable what stands, gives the kernel what boot loads, and clears what a commit that was cut off left over.
[[nodiscard]] Result<void> settle(const Place& place, const SelinuxEdit& edit);

}  // namespace preflight::selinux
