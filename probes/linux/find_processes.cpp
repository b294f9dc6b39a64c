// SPDX-License-Identifier: Apache-2.0
// /proc lists every process, unless it was mounted with hidepid: then it looks as if there were none but our own.
#include <limits>

#include "probes/base/text.h"
#include "probes/linux/process.h"

namespace preflight {

Result<std::vector<pid_t>> find_processes(const HostView& host, std::string_view prefix) {
  const auto names = host.list("/proc");
  if (!names) return tl::make_unexpected(names.error());
  if (!host.read("/proc/1/comm"))
    return fail(std::errc::permission_denied, "/proc", "the processes of other users are hidden (hidepid)");
  std::vector<pid_t> found;
  for (const auto& name : *names) {
    const auto pid = parse_integer(name);
    if (!pid || *pid > std::numeric_limits<pid_t>::max()) continue;
    const auto comm = host.read("/proc/" + name + "/comm");
    if (comm && comm->compare(0, prefix.size(), prefix) == 0) found.push_back(static_cast<pid_t>(*pid));
  }
  return found;
}

}  // namespace preflight
