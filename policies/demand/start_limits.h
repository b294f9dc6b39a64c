// SPDX-License-Identifier: Apache-2.0
// The descriptor limits haproxy is (or will be) started with, and whether its starter may raise the hard one: root with
// CAP_SYS_RESOURCE may, up to fs.nr_open, and then LimitNOFILE decides only the automatic maxconn.
#pragma once

#include <cstdint>
#include <string>

#include "probes/base/result.h"
#include "probes/facts.h"
#include "probes/linux/process.h"

namespace preflight {

struct StartLimits {
  Limits nofile;
  Result<bool> may_raise = unread("CAP_SYS_RESOURCE");
  std::string source;  // "process 812", "haproxy.service", "/lib/systemd/system/haproxy.service"
};

/// What systemd makes of a limit that a unit asks for.
struct GivenAtStart {
  Limits limits;
  bool cut_at_manager = false;  // systemd itself has less, and may not raise it
};

/// systemd gives a service what the kernel lets it give: LimitNOFILE= is cut, without a word, at fs.nr_open where that
/// is known, and at the limit of a manager without CAP_SYS_RESOURCE (a container). An error where that one cannot be
/// read.
[[nodiscard]] Result<GivenAtStart> given_at_start(Limits asked, const Facts& facts);

/// From the running head process, else from the unit; an error when neither is known.
[[nodiscard]] Result<StartLimits> start_limits(const haproxy::InstanceFacts& instance, const Facts& facts);

}  // namespace preflight
