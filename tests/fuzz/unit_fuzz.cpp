// SPDX-License-Identifier: Apache-2.0
// Any bytes at all as a fragment, a drop-in and a file of the manager's, cut from one input at form feeds. Whatever
// they hold, at most one line decides, it is one that counts, and the service's properties agree on the limit.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "probes/base/text.h"
#include "probes/linux/unit_content.h"
#include "probes/linux/unit_limit.h"
#include "probes/linux/unit_settings.h"

namespace {

using preflight::UnitLines;

void expect(bool holds) {
  if (!holds) std::abort();
}

void check(const preflight::GivenLimit& given) {
  std::size_t deciders = 0;
  for (const auto& line : given.lines) {
    deciders += line.fate == preflight::LimitFate::decides ? 1 : 0;
    expect(line.line != 0 && line.text.size() <= 200);
  }
  expect(deciders == (given.decider ? 1U : 0U) && given.limits.soft <= given.limits.hard);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(bytes), size);
  const auto parts = preflight::split(input, '\f');
  UnitLines lines;
  UnitLines manager;
  add_lines(parts[0], {"/usr/lib/systemd/system/haproxy.service"}, lines);
  if (parts.size() > 1) add_lines(parts[1], {"/etc/systemd/system/haproxy.service.d/50-a.conf"}, lines);
  if (parts.size() > 2) add_lines(parts[2], {"/etc/systemd/system.conf"}, manager);
  check(preflight::given_limit(manager, lines));

  preflight::UnitProperties unit;
  unit.name = "haproxy@edge.service";
  for (const auto& line : lines) {
    if (line.counts() && line.section == "Service") apply_service_setting(unit, line.key, line.value);
  }
  for (const auto& path : unit.made_directories) expect(path.substr(0, 1) == "/");
  return 0;
}
