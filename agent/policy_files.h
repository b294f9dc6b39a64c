// SPDX-License-Identifier: Apache-2.0
// Finds and reads the policy files of this host: what --policy names, else /etc/lbpreflight/policy.toml and policy.d.
#pragma once

#include <string>
#include <vector>

#include "policies/policy_file.h"
#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

/// The texts in the order they apply. A named file must exist; the standard ones need not. A file that others than root
/// (or this user) own or may write is refused with operation_not_permitted: it decides what a root's run reports.
[[nodiscard]] Result<std::vector<PolicyText>> read_policy_files(const HostView& host,
                                                                const std::vector<std::string>& named,
                                                                std::uint32_t euid);

}  // namespace preflight
