// SPDX-License-Identifier: Apache-2.0
// A value keeps the line it was written on, so which defaults section it came through follows from the lines of those
// that the proxy inherits from, each perhaps from another.
#include "probes/haproxy/config.h"

namespace preflight::haproxy {

const DefaultsSection* Config::through(const Proxy& proxy, const Origin& value) const {
  for (auto at = proxy.defaults; at && *at < defaults.size(); at = defaults[*at].from) {
    const DefaultsSection& section = defaults[*at];
    const bool same_file = section.origin.file == value.file;
    if (same_file && value.line >= section.origin.line && value.line <= section.last_line) return &section;
  }
  return nullptr;
}

}  // namespace preflight::haproxy
