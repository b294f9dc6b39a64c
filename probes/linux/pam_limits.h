// SPDX-License-Identifier: Apache-2.0
// Limits of open files that pam_limits gives to sessions (limits.conf(5)): logins, su, cron - not services of systemd.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "probes/base/result.h"
#include "probes/host/host_view.h"

namespace preflight {

struct PamLimit {
  std::string file;
  std::uint32_t line = 0;
  std::string domain;  // "haproxy", "@haproxy", "*", "root", "1000:"
  std::string type;    // "soft", "hard", "-"
  std::string value;
  friend bool operator==(const PamLimit&, const PamLimit&) = default;
};

/// The lines for nofile of /etc/security/limits.conf and then limits.d/*.conf by name. None where there are no such
/// files; an error where one cannot be read.
[[nodiscard]] Result<std::vector<PamLimit>> read_pam_nofile(const HostView& host);

}  // namespace preflight
