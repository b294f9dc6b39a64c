// SPDX-License-Identifier: Apache-2.0
// What a host adds to a policy, read from the store's files, and where an edit of it stands.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "probes/base/result.h"
#include "probes/host/host_view.h"
#include "remediations/selinux_edit.h"

namespace preflight {

inline constexpr const char* kSelinuxFs = "/sys/fs/selinux";

/// Where libsemanage keeps a policy, and where boot reads it.
struct SelinuxPaths {
  std::string store;     // "/var/lib/selinux/targeted"
  std::string final;     // where a commit puts together what it installs
  std::string policies;  // "/etc/selinux/targeted"
  bool keeps_previous = false;
};
/// As /etc/selinux/semanage.conf has it.
[[nodiscard]] SelinuxPaths selinux_paths(const HostView& view, const std::string& store);

/// Protocol, first and last port.
using PortKey = std::tuple<std::string, std::uint16_t, std::uint16_t>;

struct SelinuxState {
  std::map<std::string, bool, std::less<>> booleans;  // this host's own values
  std::map<PortKey, std::string> ports;               // this host's own contexts
  /// A commit was cut off while it exchanged the stores: there is none, and what is told here is of the one before.
  bool interrupted = false;
  /// Boot loads the policy that the store holds. A commit that was cut off later leaves the one of before.
  bool installed = true;

  [[nodiscard]] bool whole() const { return !interrupted && installed; }
};

/// An error where there is no store, naming that; a list that cannot be read is never an empty one.
[[nodiscard]] Result<SelinuxState> read_selinux_state(const HostView& view, const std::string& store);

/// Whether a policy is loaded into the kernel.
[[nodiscard]] bool selinux_runs(const HostView& view);

/// A boolean as the kernel has it.
[[nodiscard]] Result<bool> running_boolean(const HostView& view, const std::string& name);

/// Where the parts of an edit stand, all together.
struct SelinuxStanding {
  bool all_from = true;
  bool all_to = true;
  bool all_known = true;  // each is the one or the other: what a commit that was cut off leaves
  std::string found{};    // what is neither, or what else is wrong, in words; empty: nothing
};
/// The kernel is not asked where no SELinux runs: then there is nothing to change in it.
[[nodiscard]] Result<SelinuxStanding> standing_of(const SelinuxEdit& edit, const HostView& view);

}  // namespace preflight
