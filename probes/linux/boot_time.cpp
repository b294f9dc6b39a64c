// SPDX-License-Identifier: Apache-2.0
#include "probes/linux/boot_time.h"

#include "probes/base/text.h"

namespace preflight {
namespace {

constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";
constexpr const char* kUptime = "/proc/uptime";

}  // namespace

Result<BootTime> read_boot_time(const HostView& view) {
  const auto id = view.read(kBootId);
  if (!id) return tl::make_unexpected(id.error());
  const auto uptime = view.read(kUptime);
  if (!uptime) return tl::make_unexpected(uptime.error());
  // "355.68 2.03": what it has lasted, and what its processors were idle.
  const auto seconds = parse_integer(std::string_view(*uptime).substr(0, uptime->find('.')));
  if (!seconds || *seconds < 0) return fail(std::errc::bad_message, kUptime, "does not begin with a number of seconds");
  if (trim(*id).empty()) return fail(std::errc::bad_message, kBootId, "is empty");
  return BootTime{std::string(trim(*id)), std::chrono::seconds(*seconds)};
}

}  // namespace preflight
