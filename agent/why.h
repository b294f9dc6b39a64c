// SPDX-License-Identifier: Apache-2.0
// Why a setting is what it is: the facts of one run, told setting by setting.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/cli/options.h"
#include "agent/report/why.h"
#include "policies/policy.h"
#include "policies/sysctl_demand.h"
#include "probes/host/host_view.h"

namespace preflight {

/// What was found out about the settings that were asked for, in their order.
struct WhyRun {
  HostFacts host;
  std::vector<Why> settings;
  /// One sentence for each setting that does not exist: "there is no net.core.somaxcon; did you mean ...".
  std::vector<std::string> missing;
};

/// Reads what the settings need, once for all of them: sysctl.d, /proc/sys, the configurations and what they demand; no
/// socket, and of haproxy -vv alone, where a configuration may have a demand on one of them. The error is a request
/// that cannot be served (exit code 2).
[[nodiscard]] Result<WhyRun> find_out_why(const HostView& host, const Policy& policy, const cli::Options& options);

/// A sysctl, from facts that were collected for it; without demands, verdicts and code frame.
[[nodiscard]] Why why_sysctl(std::string_view key, const Facts& facts);

/// The limit of a unit, from its files alone.
[[nodiscard]] Why why_unit_limit(const std::string& unit, const Result<UnitLimit>& limit, const Facts& facts);

/// The limit of an instance's unit: what runs, and what systemd holds, too.
[[nodiscard]] Why why_unit_limit(const haproxy::InstanceFacts& instance, const Facts& facts);

/// Whether a configuration can have a demand on a sysctl.
[[nodiscard]] bool may_be_demanded(std::string_view key);

/// What the configurations demand that the setting bounds.
void add_demand(Why& why, const Case& scene);

/// What checks say of a sysctl's value, as far as it can be said without looking at sockets.
void add_verdicts(Why& why, SysctlDemand& judge, const SysctlValues& booted);

/// The ids of the checks that read a sysctl.
[[nodiscard]] std::vector<std::string_view> checks_that_read(std::string_view key);

}  // namespace preflight
