// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "probes/collect.h"

namespace preflight {

/// One pass of collect(). Of the instances that are named in `as_stopped` is looked at what their units would start.
[[nodiscard]] Result<Facts> collect_once(const HostView& host, const CollectRequest& request,
                                         const std::set<std::string>& as_stopped);

}  // namespace preflight
