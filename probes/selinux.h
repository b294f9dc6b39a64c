// SPDX-License-Identifier: Apache-2.0
// SELinux, where the host runs it: elsewhere one question finds that out.
#pragma once

#include <map>
#include <string>

#include "probes/collect.h"
#include "probes/facts.h"
#include "probes/host/host_view.h"

namespace preflight {

/// The programs of the instances, by their names.
using Programs = std::map<std::string, Result<std::string>>;

void read_selinux(const HostView& host, const CollectRequest& request, const Programs& programs, Facts& facts);

}  // namespace preflight
