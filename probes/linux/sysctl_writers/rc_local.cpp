// SPDX-License-Identifier: Apache-2.0
// rc-local.service starts rc.local last in the boot, but only if the file is executable
// (systemd-rc-local-generator(8)).
#include "probes/linux/sysctl_writers/parts.h"

namespace preflight::sysctl_writers {

Result<Writers> rc_local(const Question& question) {
  Writers writers;
  // Where both are, one is a link to the other.
  for (const std::string path : {"/etc/rc.local", "/etc/rc.d/rc.local"}) {
    const auto script = read_script(question.host, path);
    if (!script) return tl::make_unexpected(script.error());
    if (!*script) continue;
    const auto added = add_statements(question, {"rc.local", path}, statements_of(**script), writers);
    if (!added) return tl::make_unexpected(added.error());
    break;
  }
  if (writers.empty()) return writers;
  const auto masked = is_masked(question.host, "rc-local.service");
  if (!masked) return tl::make_unexpected(masked.error());
  if (*masked) writers.clear();
  return writers;
}

}  // namespace preflight::sysctl_writers
