// SPDX-License-Identifier: Apache-2.0
// Two lines of headings, then "  eth0: counters" each; a name holds neither blanks nor colons.
#include "probes/linux/interfaces.h"

#include <string_view>

#include "probes/base/text.h"

namespace preflight {

Result<std::set<std::string>> read_interfaces(const HostView& host, Netns netns) {
  const std::string path = "/proc/net/dev";
  const auto text = host.read_in(netns, path);
  if (!text) return tl::make_unexpected(text.error());
  std::set<std::string> names;
  for_each_line(*text, [&](std::string_view line) {
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) names.emplace(trim(line.substr(0, colon)));
  });
  if (names.empty()) return fail(std::errc::bad_message, path, "not in the form proc(5) describes");
  return names;
}

}  // namespace preflight
