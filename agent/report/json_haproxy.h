// SPDX-License-Identifier: Apache-2.0
// The haproxy half of the facts document.
#pragma once

#include "agent/report/json_parts.h"

namespace preflight::json {

/// Soft and hard.
[[nodiscard]] Json limits(const Result<Limits>& limits);
/// What the unit's files give after a reload and after a boot, and every line that sets the limit.
[[nodiscard]] Json unit_limit(const Result<UnitLimit>& limit);
/// A line of limits.conf.
[[nodiscard]] Json pam_limit(const PamLimit& limit);
/// What stands at the paths the configuration names, and whose eyes haproxy will see it with.
[[nodiscard]] Json files(const Result<haproxy::FileFacts>& files);
/// What runs, from which binary, and how it was found; neither environment nor arguments of a process.
[[nodiscard]] Json instance(const haproxy::InstanceFacts& instance);
/// The unit's properties; of its environment the names only, because values may be secrets.
[[nodiscard]] Json unit(const haproxy::InstanceFacts& instance);
/// What was understood of the configuration, and what was not.
[[nodiscard]] Json haproxy_config(const haproxy::InstanceFacts& instance);

}  // namespace preflight::json
