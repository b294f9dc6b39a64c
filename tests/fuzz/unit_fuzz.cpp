// SPDX-License-Identifier: Apache-2.0
// libFuzzer target for what a unit's files say: a fragment and two drop-ins, cut from one input at form feeds. Whatever
// they hold, at most one line decides, it is one that counts, and its value is the limit.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "probes/base/text.h"
#include "probes/linux/limit_value.h"
#include "probes/linux/unit_files.h"
#include "probes/linux/unit_limit.h"
#include "tests/support/map_host.h"

namespace {

preflight::test::MapHost host_of(const std::string& input) {
  static constexpr const char* kFiles[] = {"/usr/lib/systemd/system/haproxy.service",
                                           "/etc/systemd/system/haproxy.service.d/50-a.conf",
                                           "/run/systemd/system/service.d/60-b.conf", "/etc/systemd/system.conf"};
  preflight::test::MapHost host;
  std::size_t index = 0;
  for (const auto part : preflight::split(input, '\f')) {
    if (index < std::size(kFiles)) host.files[kFiles[index++]] = std::string(part);
  }
  return host;
}

void check(const preflight::GivenLimit& given) {
  std::size_t deciders = 0;
  for (const auto& line : given.lines) {
    deciders += line.fate == preflight::LimitFate::decides ? 1 : 0;
    if (line.line == 0 || line.text.size() > 200) std::abort();
  }
  if (deciders != (given.decider ? 1U : 0U) || given.limits.soft > given.limits.hard) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto host = host_of(std::string(reinterpret_cast<const char*>(bytes), size));
  const auto limit = preflight::resolve_unit_limit(host, "haproxy.service");
  const auto unit = preflight::unit_from_files(host, "haproxy.service");
  if (!limit) return 0;
  check(limit->reloaded);
  if (limit->at_boot) check(*limit->at_boot);
  if (!unit || unit->limit_nofile != limit->reloaded.limits.hard) std::abort();
  return 0;
}
