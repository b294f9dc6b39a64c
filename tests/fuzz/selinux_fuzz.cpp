// SPDX-License-Identifier: Apache-2.0
// Any bytes at all as the small files of SELinux and as lines of the audit log. Whatever they hold, ports are ports,
// a denial names its class and a permission, and a label has no colon in it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "probes/base/text.h"
#include "probes/linux/selinux_files.h"
#include "probes/linux/selinux_log.h"

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

void check_line(std::string_view line) {
  if (const auto denial = preflight::parse_denial(line); denial) {
    expect(!denial->target_class.empty() && !denial->permissions.empty() && denial->time >= 0);
    for (const auto& permission : denial->permissions) expect(!permission.empty());
  }
  if (const auto changed = preflight::parse_policy_change(line); changed) expect(*changed > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(bytes), size);
  preflight::for_each_line(input, check_line);
  expect(!preflight::parse_selinux_config(input).type.empty());
  for (const auto& [name, value] : preflight::parse_booleans_local(input)) expect(!name.empty());
  for (const auto& port : preflight::parse_ports_local(input)) expect(port.low <= port.high && !port.type.empty());
  expect(preflight::label_by_contexts(input, "/usr/sbin/haproxy").find(':') == std::string::npos);
  return 0;
}
